"""The product: one package per noun, all built alike."""

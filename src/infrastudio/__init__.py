"""AI Infra Studio: one control plane for the whole life of an AI model."""

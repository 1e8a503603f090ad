"""Traces of programs, and what people and judges say about them."""

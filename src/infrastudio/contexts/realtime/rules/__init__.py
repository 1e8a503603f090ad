"""Decisions without I/O: topics, who gets which event, messages and frames."""

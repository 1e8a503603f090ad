"""Rows of tracking, private to this context."""

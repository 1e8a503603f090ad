"""Reads of tracking, live and as of a moment."""

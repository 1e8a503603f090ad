"""Reads of traces and assessments."""

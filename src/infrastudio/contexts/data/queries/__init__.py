"""Reads of evaluation datasets."""

"""Decisions without I/O: who may see what, lanes and titles, edges, differences."""

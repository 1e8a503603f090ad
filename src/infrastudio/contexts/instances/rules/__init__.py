"""Decisions about instances: what the cells of a table mean, and what an older schema meant by its words."""

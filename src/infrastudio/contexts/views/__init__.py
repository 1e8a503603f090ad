"""Saved views: the search parameters of a page under a name, for oneself or for everybody in the project."""

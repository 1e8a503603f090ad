"""The fleet inventory: which inference instances there are meant to be."""

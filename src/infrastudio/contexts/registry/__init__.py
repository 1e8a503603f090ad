"""Registered models, their versions, stages and aliases, and the models that runs have logged."""

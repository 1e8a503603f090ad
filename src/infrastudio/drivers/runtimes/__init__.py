"""Runtimes: where replicas of models run."""

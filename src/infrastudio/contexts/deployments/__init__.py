"""Deployments: model versions that serve, their replicas and rollouts."""

"""Reads of deployments, replicas and endpoints."""

"""Datasets: those by which programs are evaluated."""

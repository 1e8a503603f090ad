"""Brings everything over from MLflow: a tracking server, its database, or a folder `mlruns`."""

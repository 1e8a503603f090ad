"""What is done with MLflow clients of other releases and with the frameworks that they log by themselves.

Each suite runs in an environment of its own, without our packages, against the server that `STUDIO_URL` names.
"""

"""Open Inference Protocol: the codec that replicas use, and the gateway in front of ASGI."""

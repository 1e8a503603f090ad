"""Gateway: endpoints, the split of traffic between versions, capture."""

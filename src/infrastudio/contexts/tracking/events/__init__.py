"""Facts of tracking."""

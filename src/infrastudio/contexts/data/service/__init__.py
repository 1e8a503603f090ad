"""What can be done with evaluation datasets."""

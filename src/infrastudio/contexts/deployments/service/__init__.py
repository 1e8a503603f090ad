"""What can be done with deployments, by people and by the controller."""

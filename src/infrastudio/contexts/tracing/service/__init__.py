"""What can be done with traces and assessments."""

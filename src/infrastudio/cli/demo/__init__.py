"""`studio demo`: a fleet with weeks of history, and from an empty folder to a served model, each step for real."""

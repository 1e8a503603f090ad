"""Jobs: programs that train, their attempts, their ends; searches over hyperparameters."""

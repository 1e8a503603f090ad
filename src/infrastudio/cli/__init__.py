"""`studio …`: arguments in, tables or --json out."""

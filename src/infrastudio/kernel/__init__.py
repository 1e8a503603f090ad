"""Values without I/O: ids, actor, clock, errors, pages, diff, filter grammar."""

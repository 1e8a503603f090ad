"""One box over everything: names and ids of all entities that exist."""

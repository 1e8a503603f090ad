"""Sockets: what happens reaches those who watch, once and in order, however often the connection is cut."""

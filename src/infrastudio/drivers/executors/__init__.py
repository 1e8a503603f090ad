"""Where jobs run: on this machine, under a shim each; in memory, for tests and recorded pasts."""

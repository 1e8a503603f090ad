"""The program that serves one version of one model over a Unix socket."""

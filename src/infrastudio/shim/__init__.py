"""The program that holds one attempt of a job: it starts it, keeps its output and its exit, and ends all its processes.

It runs as `python -I -S PROGRAM FOLDER LOCKFD`, uses the standard library only and outlives the server that started it.
"""

PROGRAM: str = __file__.replace("__init__.py", "shim.py")
"""Path of the program, for the one who starts it."""

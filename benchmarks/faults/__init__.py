"""A campaign of faults; `__main__.py` says how to run it."""

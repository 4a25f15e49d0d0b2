"""A query → passages, read and put in order."""

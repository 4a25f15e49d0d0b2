"""A document → its issue: one loader a format."""

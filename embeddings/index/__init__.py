"""The searches: by vectors and by words."""

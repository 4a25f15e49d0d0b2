"""Text made comparable, and the days it names."""

"""The commands that make and look after an archive."""

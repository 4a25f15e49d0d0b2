"""A printed page → lines in reading order."""

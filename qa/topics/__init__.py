"""What the archive holds on a name, a place, a body or a story, and on an article's surroundings."""

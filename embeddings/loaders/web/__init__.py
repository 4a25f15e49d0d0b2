"""What a web page prints and declares, and which of it is an article."""

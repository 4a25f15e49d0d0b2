"""Files on disk → documents."""

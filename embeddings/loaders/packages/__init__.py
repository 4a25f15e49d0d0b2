"""ZIP packages that hold one document, by their parts."""

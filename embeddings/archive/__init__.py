"""Where issues, articles, chunks and vectors are kept."""

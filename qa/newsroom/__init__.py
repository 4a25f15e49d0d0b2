"""What the newsroom says itself: answers that it has fixed, and words that it does not answer."""

"""Questions that are asked in the chat groups of other programs."""

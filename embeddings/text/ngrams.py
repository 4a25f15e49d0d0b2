"""Pairs of neighbouring characters, by which two Chinese texts are compared without cutting them into words."""

from __future__ import annotations

from embeddings.text.normalize import fold_to_words


def character_pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters of a text; empty for a text of one character or none.

    Texts are compared as they are given: fold them first where script, width or marks must make no difference.
    """
    return {text[at : at + 2] for at in range(len(text) - 1)}


def folded_pairs(text: str) -> set[str]:
    """The character pairs of a text without script, width and marks; itself where it is one character, or empty."""
    words = fold_to_words(text)
    return character_pairs(words) or {words}


def share_of_pairs(text: str, other: str) -> float:
    """The share of a text's character pairs that occur in another text, 0 to 1; 0 for a text without a pair."""
    pairs = character_pairs(text)
    return sum(pair in other for pair in pairs) / len(pairs) if pairs else 0.0

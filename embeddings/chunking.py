"""Article → chunks."""

from __future__ import annotations

from embeddings.errors import ArgumentError, UsageCode
from embeddings.text.sentences import split_long_sentence, split_sentences
from embeddings.types import Article, Chunk

MAX_CHARS = 250
OVERLAP_CHARS = 50


def chunk_article(article: Article, *, max_chars: int = MAX_CHARS, overlap_chars: int = OVERLAP_CHARS) -> list[Chunk]:
    """Split an article into chunks at sentence ends, each an exact slice of its body of at most `max_chars`.

    A chunk begins with the last sentences of the one before it, as many as fit into `overlap_chars`, so that a
    statement and what it refers to meet in one chunk. Raises ArgumentError when `max_chars` < 1 or the overlap does not
    leave room for new text.
    """
    if max_chars < 1 or not 0 <= overlap_chars < max_chars:
        raise ArgumentError(UsageCode.BAD_CHUNK_SIZE, overlap_chars=overlap_chars, max_chars=max_chars)
    sentences = [
        part
        for start, end in split_sentences(article.body)
        for part in split_long_sentence(article.body, start, end, max_chars=max_chars)
    ]
    groups = _group(sentences, max_chars=max_chars, overlap_chars=overlap_chars)
    spans = [_without_space(article.body, start, end) for start, end in groups]
    return [
        Chunk(id=f"{article.id}#{ordinal}", article_id=article.id, text=article.body[start:end], start=start, end=end)
        for ordinal, (start, end) in enumerate(((start, end) for start, end in spans if end > start), start=1)
    ]


def _group(sentences: list[tuple[int, int]], *, max_chars: int, overlap_chars: int) -> list[tuple[int, int]]:
    """Neighbouring sentences joined while they fit; the pieces overlap by whole sentences."""
    groups: list[tuple[int, int]] = []
    first = 0
    while first < len(sentences):
        last = first
        while last + 1 < len(sentences) and sentences[last + 1][1] - sentences[first][0] <= max_chars:
            last += 1
        groups.append((sentences[first][0], sentences[last][1]))
        if last + 1 == len(sentences):
            break
        next_first = last + 1
        while (
            next_first - 1 > first
            and sentences[last][1] - sentences[next_first - 1][0] <= overlap_chars
            # The next new sentence must still fit behind the overlap.
            and sentences[last + 1][1] - sentences[next_first - 1][0] <= max_chars
        ):
            next_first -= 1
        first = next_first
    return groups


def _without_space(body: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends; empty when there is nothing else."""
    text = body[start:end]
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())

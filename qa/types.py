"""The values that flow from a question to an answer."""

from __future__ import annotations

from dataclasses import dataclass

from embeddings import Article, Chunk, Mention, find_mentions


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question.

    `score` is the fused score, 0 to 1, for comparing hits of one question only. `distinction` says by how many standard
    deviations the chunk's cosine lies above the question's cosines to the archive at large. Ranks start at one; a rank
    is None where that search did not return the chunk.
    """

    chunk: Chunk
    article: Article
    score: float
    distinction: float
    dense_rank: int | None
    lexical_rank: int | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one article that bears on a question, made of neighbouring chunks.

    `article.body[start:end]` is the stretch. `text` is that stretch; where the question asks who wrote or photographed,
    the article's byline follows it on a line of its own, as it is printed. `score`, `distinction` and the ranks are
    those of the best chunk in it (see `Hit`).
    """

    article: Article
    text: str
    start: int
    end: int
    score: float
    distinction: float = 0.0
    dense_rank: int | None = None
    lexical_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands. `number` is the [n] of the answer, starting at one.

    The quote is `article.body[start:end]`; for a quoted byline both are None.
    """

    number: int
    article: Article
    quote: str
    start: int | None
    end: int | None

    @property
    def days(self) -> list[Mention]:
        """The days the quote names, each with its year; places count in `article.body`."""
        if self.start is None or self.end is None:
            return []
        # The year may stand further up in the article.
        mentions = find_mentions(self.article.body, issued=self.article.date)
        return [mention for mention in mentions if self.start <= mention.start and mention.end <= self.end]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bulletin says to a question, or that it does not say.

    `quote` is the sentence or two the answer stands on, exactly as printed; empty when `abstained`. `confidence` is the
    estimated chance that the passages answer the question, 0 to 1. `passages` are the best passages in either case;
    when `abstained` they are the nearest articles, not sources.
    """

    question: str
    text: str
    quote: str
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    confidence: float
    abstained: bool

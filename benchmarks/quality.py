"""What was tried for finding: chunk sizes, lexical units, weighting and fusion, each against the same questions.

usage: python benchmarks/quality.py --archive DIR --gold QA.jsonl [--sample N] [--chunks SIZE/OVERLAP …]

The archive must hold the articles the questions are about. Lexical rows need nothing encoded; a row of another chunk
size encodes its chunks (about fifteen a second on two cores), so those are asked for by name. Recall is of the gold
article; answer@1 is the share of questions whose first chunk holds a gold answer.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Archive, Article, Encoder, open_encoder
from embeddings.archive.issues import texts_of_chunks
from embeddings.chunking import chunk_article
from embeddings.index.bm25 import K1, B, Bm25Index
from embeddings.index.terms import terms_of
from qa.evaluation.run import GoldQuestion, holds_answer, read_gold
from qa.query.question import read_question
from qa.retrieval.search import RetrievalSettings, fuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAIR_START, _WORD_START = np.uint64(1 << 21), np.uint64(1 << 63)
UNITS: dict[str, Callable[[NDArray[np.uint64]], NDArray[np.bool_]]] = {
    "characters": lambda terms: terms < _PAIR_START,
    "pairs": lambda terms: (terms >= _PAIR_START) & (terms < _WORD_START),
    "pairs and words": lambda terms: terms >= _PAIR_START,
    "characters, pairs and words": lambda terms: np.ones(terms.shape, np.bool_),
}


@dataclass(frozen=True, slots=True)
class Pieces:
    """Chunks in rows: the text that is searched, the article each belongs to, and its vector if it was encoded."""

    texts: list[str]
    bodies: list[str]
    owners: list[str]
    vectors: NDArray[np.float32] | None = None


def main() -> None:
    """Print a row for everything that is tried."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--sample", type=int, metavar="N", help="ask only N of the questions")
    parser.add_argument("--chunks", nargs="*", default=[], metavar="SIZE/OVERLAP", help="chunk sizes to encode and try")
    arguments = parser.parse_args()
    gold = [question for question in read_gold(arguments.gold) if question.answerable]
    if arguments.sample:
        gold = random.Random(0).sample(gold, min(arguments.sample, len(gold)))
    encoder = open_encoder()
    questions = encoder.encode_questions([question.question for question in gold])
    pieces, articles = _stored(arguments.archive)
    print(f"| {len(gold)} questions of {arguments.gold.name} | Recall@1 | Recall@5 | answer@1 |\n|---|---|---|---|")
    for name, scores in _tried(gold, questions, pieces):
        _print_row(name, scores, gold, pieces)
    for size, overlap in ((120, 30), (180, 40), (350, 70), (500, 100)):
        other = _cut(articles, size, overlap)
        _print_row(f"lexical alone, chunks of {size}/{overlap}", _lexical(gold, other.texts), gold, other)
    for asked in arguments.chunks:
        size, overlap = map(int, asked.split("/"))
        other = _encoded(_cut(articles, size, overlap), encoder)
        weight = RetrievalSettings().lexical_weight
        scores = _fused(_lexical(gold, other.texts), _dense(questions, other), weight)
        _print_row(f"fused, chunks of {asked}", scores, gold, other)


def _tried(
    gold: Sequence[GoldQuestion], questions: NDArray[np.float32], pieces: Pieces
) -> Iterator[tuple[str, list[NDArray[np.float64]]]]:
    """Names, and the scores of every chunk for each question, of what needs no other chunks."""
    for unit in UNITS:
        yield f"lexical alone, {unit}", _lexical(gold, pieces.texts, unit=unit)
    for k1, b in ((1.2, 0.75), (0.9, 0.75), (1.5, 0.4)):
        yield f"lexical alone, k1 {k1}, b {b}", _lexical(gold, pieces.texts, k1=k1, b=b)
    lexical, dense = _lexical(gold, pieces.texts), _dense(questions, pieces)
    pairs = list(zip(lexical, dense, strict=True))
    yield "dense alone", dense
    for weight in (0.3, 0.4, 0.5, 0.6, 0.7):
        chosen = " (the default)" if weight == RetrievalSettings().lexical_weight else ""
        yield f"fused, lexical weight {weight}{chosen}", _fused(lexical, dense, weight)
    yield "fused, min-max of the best 100 of each", [_min_max(words, meaning) for words, meaning in pairs]
    yield "fused, reciprocal ranks", [_reciprocal(words, meaning) for words, meaning in pairs]


def _lexical(
    gold: Sequence[GoldQuestion], texts: Sequence[str], *, unit: str = "", k1: float = K1, b: float = B
) -> list[NDArray[np.float64]]:
    keep = UNITS[unit or "characters, pairs and words"]

    def cut(some: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
        terms, owners = terms_of(some)
        kept = keep(terms)
        return terms[kept], owners[kept]

    index = Bm25Index.build(texts, k1=k1, b=b, cut=cut)
    return [index.scores(read_question(q.question).about, cut=cut).astype(np.float64) for q in gold]


def _dense(questions: NDArray[np.float32], pieces: Pieces) -> list[NDArray[np.float64]]:
    """How far each chunk's cosine lies above the question's mean cosine to all."""
    if pieces.vectors is None:
        raise ValueError("these chunks have not been encoded")
    cosines = (questions @ pieces.vectors.T).astype(np.float64)
    return list(cosines - cosines.mean(axis=1, keepdims=True))


def _fused(
    lexical: Sequence[NDArray[np.float64]], dense: Sequence[NDArray[np.float64]], weight: float
) -> list[NDArray[np.float64]]:
    return [
        fuse(meaning, words.astype(np.float32), lexical_weight=weight)
        for words, meaning in zip(lexical, dense, strict=True)
    ]


def _min_max(words: NDArray[np.float64], meaning: NDArray[np.float64]) -> NDArray[np.float64]:
    def scaled(scores: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = np.sort(scores)[-100:][[0, -1]]
        return np.asarray(np.clip((scores - low) / max(high - low, 1e-9), 0.0, 1.0))

    return scaled(words) + scaled(meaning)


def _reciprocal(words: NDArray[np.float64], meaning: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reciprocal rank fusion with the usual 60 (Cormack and others, 2009)."""

    def ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
        placed = np.empty(len(scores))
        placed[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
        return placed

    return np.asarray(1 / (60 + ranks(words)) + 1 / (60 + ranks(meaning)))


def _print_row(name: str, scores: list[NDArray[np.float64]], gold: Sequence[GoldQuestion], pieces: Pieces) -> None:
    first, five, holds = [], [], []
    for row, question in zip(scores, gold, strict=True):
        order = np.argsort(-row, kind="stable")[:60]
        ranked = list(dict.fromkeys(pieces.owners[place] for place in order))
        first.append(ranked[0] in question.ids)
        five.append(any(owner in question.ids for owner in ranked[:5]))
        holds.append(holds_answer(pieces.bodies[order[0]], question.answers))
    print(f"| {name} | {np.mean(first):.3f} | {np.mean(five):.3f} | {np.mean(holds):.3f} |", flush=True)


def _stored(archive: str) -> tuple[Pieces, list[Article]]:
    with Archive.open(archive).snapshot() as snapshot:
        ids = snapshot.chunk_ids()
        found = snapshot.read_chunks(ids)
        pieces = Pieces(
            [text for chunk, article in found for text in texts_of_chunks(article, [chunk])],
            [chunk.text for chunk, _ in found],
            [article.id for _, article in found],
            snapshot.vectors(ids),
        )
        return pieces, list({article.id: article for _, article in found}.values())


def _cut(articles: Sequence[Article], size: int, overlap: int) -> Pieces:
    found = [(c, a) for a in articles for c in chunk_article(a, max_chars=size, overlap_chars=overlap)]
    return Pieces(
        [text for c, a in found for text in texts_of_chunks(a, [c])],
        [c.text for c, _ in found],
        [a.id for _, a in found],
    )


def _encoded(pieces: Pieces, encoder: Encoder) -> Pieces:
    return Pieces(pieces.texts, pieces.bodies, pieces.owners, encoder.encode_passages(pieces.texts))


if __name__ == "__main__":
    main()

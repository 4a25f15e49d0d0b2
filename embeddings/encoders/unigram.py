"""Text → tokens of the default model, with its whole vocabulary in 5 MB of memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.normal_form import WORD_START, normal_form

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_ID, LAST_ID = 0, 2  # <s> and </s>
_LONGEST = 16  # characters of a piece, as SentencePiece makes them
_UNKNOWN_PENALTY = 10.0  # by which an unknown character scores below the rarest piece, as in SentencePiece
_FACTOR, _SEED = np.uint64(0x9E3779B97F4A7C15), np.uint64(0x2545F4914F6CDD1D)  # of a polynomial modulo 2**64
_FIRST_BITS = 23  # of a hash, by which nearly all that are no piece's are told; a byte for eight of their values
_OTHER_BITS, _EIGHTH, _IN_BYTE = np.uint64(64 - _FIRST_BITS), np.uint64(3), np.uint64(7)


class PieceTable:
    """The pieces of a vocabulary with their scores. A piece is known by a hash of 64 bits, so that none is kept."""

    def __init__(self, pieces: Iterable[str], scores: NDArray[np.float32], unknown_id: int) -> None:
        """The pieces in the order of their numbers, and the score of each, shape (pieces,)."""
        hashes = _hashes(list(pieces))
        self._ids = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._ids]
        have = np.zeros(1 << _FIRST_BITS, dtype=np.bool_)
        have[hashes >> _OTHER_BITS] = True
        self._have = np.packbits(have, bitorder="little")
        self.scores = scores
        self.unknown_id = unknown_id

    def look_up(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """Which of some hashes are those of pieces, as places in the flat array, ascending, and the pieces' numbers."""
        flat = hashes.reshape(-1)
        first = flat >> _OTHER_BITS
        likely = np.flatnonzero((self._have[first >> _EIGHTH] >> (first & _IN_BYTE).astype(np.uint8)) & 1)
        wanted = flat[likely]
        nearest = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        hits = self._hashes[nearest] == wanted
        return likely[hits], self._ids[nearest[hits]]


@dataclass(frozen=True, slots=True)
class TextTokens:
    """The tokens of a text: their numbers, and from where to where each stands in it, in characters.

    Every array has shape (tokens,).
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class UnigramTokenizer:
    """What `unigram_tokenizer` gives, token by token and place by place, in a fortieth of the memory.

    A word is split where the sum of the scores is highest (Kudo 2018). Usable from several threads.
    """

    def __init__(self, table: PieceTable, *, used: NDArray[np.bool_] | None = None) -> None:
        """Pieces that are not `used`, shape (pieces,), are taken for absent."""
        self._table = table
        self._used = used
        self._unknown_id = table.unknown_id
        scores = table.scores if used is None else table.scores[used]
        self._unknown_score = float(scores.min()) - _UNKNOWN_PENALTY

    def ids(self, text: str, *, most: int) -> NDArray[np.int64]:
        """At most so many tokens of a text, with <s> and </s> around them, shape (tokens,)."""
        return np.array([FIRST_ID, *self.tokens(text, most=most - 2).ids, LAST_ID], dtype=np.int64)

    def tokens(self, text: str, *, most: int) -> TextTokens:
        """The first tokens of a text, at most so many."""
        codes, places = normal_form(text)
        begins = codes == WORD_START
        words = np.flatnonzero(begins)
        if len(words) > most:  # a word has one token at least
            codes, begins = codes[: words[most]], begins[: words[most]]
        ids, bounds = self._split(codes, begins)
        starts, lasts = bounds[:-1][:most], bounds[1:][:most] - 1
        return TextTokens(ids[:most], places[starts], places[lasts] + 1)

    def _split(
        self, codes: NDArray[np.uint32], begins: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The best tokens of a text by Viterbi's algorithm, and the places of their bounds, one more than tokens."""
        size = len(codes)
        best, starts, tokens = [-np.inf] * (size + 1), [0] * (size + 1), [0] * (size + 1)
        fresh = begins.tolist()
        at, reached = -1, 0.0
        for start, end, token, score in zip(*self._candidates(codes), strict=True):
            if start != at:
                at, reached = start, 0.0 if fresh[start] else best[start]
            if reached + score > best[end]:
                best[end], starts[end], tokens[end] = reached + score, start, token
        ids: list[int] = []
        bounds = [size]
        unknown = self._unknown_id
        while size:
            token, size = tokens[size], starts[size]
            if token == unknown and ids and ids[-1] == unknown:  # unknown characters in a row are one token
                bounds[-1] = size
            else:
                ids.append(token)
                bounds.append(size)
        return np.array(ids[::-1], dtype=np.int64), np.array(bounds[::-1], dtype=np.int64)

    def _candidates(self, codes: NDArray[np.uint32]) -> tuple[list[int], list[int], list[int], list[float]]:
        """Every piece in a text: where it begins and ends, its number and score; by their beginnings, shortest first.

        A character that is no piece is an unknown one. No piece has ▁ but at its beginning, so none reaches into the
        next word.
        """
        size = len(codes)
        hits, tokens = self._table.look_up(_spans(codes))
        if self._used is not None:
            used = self._used[tokens]
            hits, tokens = hits[used], tokens[used]
        known = np.zeros(size, dtype=np.bool_)
        known[hits[hits % _LONGEST == 0] // _LONGEST] = True
        unknown = np.flatnonzero(~known) * _LONGEST
        order = np.argsort(np.concatenate([hits, unknown]), kind="stable")
        spans = np.concatenate([hits, unknown])[order]
        scores = np.concatenate([self._table.scores[tokens], np.full(len(unknown), self._unknown_score)])[order]
        tokens = np.concatenate([tokens, np.full(len(unknown), self._unknown_id)])[order]
        starts = spans // _LONGEST
        return starts.tolist(), (starts + spans % _LONGEST + 1).tolist(), tokens.tolist(), scores.tolist()


def _hashes(pieces: list[str]) -> NDArray[np.uint64]:
    """The hash of each piece, shape (len(pieces),)."""
    codes = np.frombuffer("".join(pieces).encode("utf-32-le", "surrogatepass"), np.uint32)
    sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
    starts = np.cumsum(sizes) - sizes
    hashes = np.full(len(pieces), _SEED)
    for place in range(int(sizes.max())):
        longer = np.flatnonzero(sizes > place)
        hashes[longer] = hashes[longer] * _FACTOR + codes[starts[longer] + place]
    return hashes


def _spans(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The hashes of all parts of a text by where they begin and how long they are, shape (len(codes), _LONGEST).

    Zero for those that would end behind the text.
    """
    hashes = np.zeros((len(codes), _LONGEST), dtype=np.uint64)
    rolled = np.full(len(codes), _SEED)
    for longer in range(min(_LONGEST, len(codes))):
        rolled = rolled[: len(codes) - longer] * _FACTOR + codes[longer:]
        hashes[: len(rolled), longer] = rolled
    return hashes

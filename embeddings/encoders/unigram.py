"""Text → tokens of the default model, with its whole vocabulary in 4 MB of memory."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_ID, LAST_ID = 0, 2  # <s> and </s>
_LONGEST = 16  # characters of a piece, as SentencePiece makes them
_WORD_START = "▁"
_SPACES = re.compile(" {2,}")
_UNKNOWN_PENALTY = 10.0  # by which an unknown character scores below the rarest piece, as in SentencePiece


class UnigramTokenizer:
    """What `unigram_tokenizer` gives, token by token, without places in the text, and in a fortieth of the memory.

    A piece is looked up by its hash of 64 bits, so that none is kept. A word is split where the sum of the scores is
    highest (Kudo 2018). Usable from several threads.
    """

    def __init__(self, pieces: Iterable[bytes], scores: NDArray[np.float32], unknown_id: int, *, most: int) -> None:
        """The pieces in UTF-8, with their scores, shape (pieces,). What is beyond `most` tokens is cut off."""
        hashes = np.fromiter(map(hash, pieces), np.int64, len(scores))
        self._ids = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._ids]
        self._scores = scores
        self._unknown_id, self._unknown_score = unknown_id, float(scores.min()) - _UNKNOWN_PENALTY
        self._most = most

    def ids(self, text: str) -> NDArray[np.int64]:
        """The tokens of a text, with <s> and </s> around them, shape (tokens,)."""
        found = [FIRST_ID]
        for word in _words(text):
            found += self._split(word)
            if len(found) >= self._most:
                break
        return np.array([*found[: self._most - 1], LAST_ID], dtype=np.int64)

    def _split(self, word: str) -> list[int]:
        """The tokens of a word, by the best way to each of its characters (Viterbi)."""
        size = len(word)
        best = [0.0] + [-np.inf] * size
        steps = [(0, self._unknown_id)] * (size + 1)  # where the last piece on the best way begins, and which it is
        for start, known in enumerate(self._known(word)):
            if not known or known[0][0] > start + 1:
                known = [(start + 1, self._unknown_id, self._unknown_score), *known]
            for end, token, score in known:
                if best[start] + score > best[end]:
                    best[end], steps[end] = best[start] + score, (start, token)
        found: list[int] = []
        while size:
            size, token = steps[size]
            if token != self._unknown_id or found[-1:] != [token]:  # unknown characters in a row are one token
                found.append(token)
        return found[::-1]

    def _known(self, word: str) -> list[list[tuple[int, int, float]]]:
        """For each character the pieces that begin there, shortest first: where each ends, its number and score."""
        packed = word.encode("utf-8", "surrogatepass")
        places = list(accumulate((len(one.encode("utf-8", "surrogatepass")) for one in word), initial=0))
        spans = [
            (start, end) for start in range(len(word)) for end in range(start + 1, min(start + _LONGEST, len(word)) + 1)
        ]
        wanted = np.fromiter((hash(packed[places[start] : places[end]]) for start, end in spans), np.int64, len(spans))
        nearest = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        hits = np.flatnonzero(self._hashes[nearest] == wanted)
        tokens = self._ids[nearest[hits]]
        found: list[list[tuple[int, int, float]]] = [[] for _ in word]
        for hit, token, score in zip(hits.tolist(), tokens.tolist(), self._scores[tokens].tolist(), strict=True):
            start, end = spans[hit]
            found[start].append((end, token, score))
        return found


def _words(text: str) -> Iterator[str]:
    """The words of a text in its normal form (NFKC), each behind the sign for its start."""
    marked = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).replace(" ", _WORD_START)
    if not marked.startswith(_WORD_START):
        marked = _WORD_START + marked
    starts = [place for place, character in enumerate(marked) if character == _WORD_START]
    for start, end in pairwise([*starts, len(marked)]):
        yield marked[start:end]

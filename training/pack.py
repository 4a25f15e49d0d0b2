"""Pack what training needs into a small folder, for a machine with a GPU but without the default model or a network.

usage: python training/pack.py --work DIR --output FOLDER

Of the default model's 250,000 token embeddings those are kept that the examples need, with a tokenizer of the same
pieces; its layers are left out, because training goes on from an exported reader, which has them. The folder, a fifth
of the model's size, then serves as the work folder of `train_reader.py --from READER.onnx` and `export_reader.py`.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import torch
from examples import EXAMPLES, Example, read_examples
from reader_model import MODEL_FOLDER
from transformers import BertConfig, BertModel

from embeddings.encoders.bundled import bundled_folder, weights_path
from embeddings.encoders.e5_weights import PackedModel, unigram_tokenizer
from embeddings.encoders.token_embedder import pieces_apart

_SPECIAL_PIECES = 4
_TEXTS_A_BATCH = 2000


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(arguments.work / EXAMPLES, arguments.output / EXAMPLES)
    kept, of_all = pack_model(read_examples(arguments.work / EXAMPLES), arguments.output / MODEL_FOLDER)
    size = sum(path.stat().st_size for path in arguments.output.rglob("*") if path.is_file())
    print(f"{kept} of {of_all} token embeddings; {size / 1e6:.1f} MB in {arguments.output}")


def pack_model(examples: Iterable[Example], folder: Path) -> tuple[int, int]:
    """Write a model folder with the token embeddings that some examples need; returns how many of how many."""
    packed = PackedModel.open(weights_path())
    pieces = packed.scored_pieces()
    tokenizer = unigram_tokenizer(pieces_apart(pieces), packed.unknown_id)
    used = set(range(_SPECIAL_PIECES)) | {packed.unknown_id}
    # Single characters stay, so that a slip of the pen does not become an unknown token.
    used |= {place for place, (piece, _) in enumerate(pieces) if len(piece) == 1}
    texts = iter(_texts(examples))
    while batch := list(islice(texts, _TEXTS_A_BATCH)):
        for encoded in tokenizer.encode_batch(batch):
            used.update(encoded.ids)
    kept = sorted(used)
    folder.mkdir(parents=True, exist_ok=True)
    unigram_tokenizer([pieces[place] for place in kept], kept.index(packed.unknown_id)).save(
        str(folder / "tokenizer.json")
    )
    # Vectors of four bits are numbers of sixteen without loss that matters.
    body = BertModel.from_pretrained(str(bundled_folder()), add_pooling_layer=False, dtype=torch.float16)
    words = body.embeddings.word_embeddings.weight.detach()[torch.tensor(kept)]
    config = BertConfig.from_pretrained(str(bundled_folder()))
    layers, config.num_hidden_layers, config.vocab_size = config.num_hidden_layers, 0, len(kept)
    small = BertModel(config, add_pooling_layer=False).half()
    state = {name: value for name, value in body.state_dict().items() if name.startswith("embeddings.")}
    small.load_state_dict({**state, "embeddings.word_embeddings.weight": words})
    small.save_pretrained(folder)
    config.num_hidden_layers = layers
    config.save_pretrained(folder)
    return len(kept), packed.vocabulary


def _texts(examples: Iterable[Example]) -> Iterator[str]:
    """Questions, and each window with its title once."""
    seen: set[tuple[str, str]] = set()
    for example in examples:
        yield example.question
        for window in (*example.answering, *example.traps, *example.beside, *example.others):
            if (window.title, window.text) not in seen:
                seen.add((window.title, window.text))
                yield f"{window.title} {window.text}"


if __name__ == "__main__":
    main()

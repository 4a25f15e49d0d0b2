"""Your own encoder beside the bundled one: `python examples/own_model.py MODEL ISSUES QUESTIONS.jsonl`.

MODEL is a sentence-transformers folder, or a name on the hub where BULLETIN_DOWNLOAD=1 lets it be fetched. Both encode
the issues into archives of their own, and both are asked the same questions; your archive stays as it is. When yours is
better, put it to use with `bulletin build --full --model MODEL`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from embeddings import open_encoder
from qa.evaluation.run import archive_of, evaluate, read_gold

BUNDLED = "multilingual-e5-small"


def measures(model: str, issues: Path, questions: Path) -> Mapping[str, float | None]:
    """What `bulletin evaluate` measures, by names, in an archive that a model has encoded and that lasts as long."""
    with archive_of(issues, encoder=open_encoder(model)) as assistant:
        return evaluate(assistant, read_gold(questions)).measures


def main(arguments: Sequence[str]) -> int:
    """Measure both models as the command line says, and print a line for each measure."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    model, issues, questions = arguments[0], Path(arguments[1]), Path(arguments[2])
    bundled, own = (measures(name, issues, questions) for name in (BUNDLED, model))
    for name, value in bundled.items():
        if value is not None:
            print(f"{name:28} {value:8.3f} {own[name] or 0.0:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

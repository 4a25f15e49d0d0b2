"""What the kind of thing asked for rules out, without any model.

usage: python benchmarks/kinds.py QUESTIONS.jsonl [--failures]

QUESTIONS.jsonl has one text a line, `{"context", "qas": [{"question", "answers", "trap"}]}`, as `training/` reads it. A
question that is answered is put beside the sentence of its first answer, and one that is not beside the sentence of its
trap, the words that tempt. Printed is the share of each that would be refused because the sentence lacks what is asked
for: wrongly of the first, rightly of the second.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from embeddings import split_sentences
from qa.answering.enumerations import asks_for_list
from qa.answering.evidence.answer_types import lacks_what_is_asked
from qa.query.question import read_question


def main() -> None:
    """Count, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--failures", action="store_true", help="print what is refused wrongly")
    arguments = parser.parse_args()
    refused = {True: 0, False: 0}
    asked = {True: 0, False: 0}
    for question, words, sentence, is_answered in _asked(arguments.questions):
        asked[is_answered] += 1
        query = read_question(question)
        if not asks_for_list(query) and lacks_what_is_asked(query, sentence, words):
            refused[is_answered] += 1
            if is_answered and arguments.failures:
                print(f"{question}\t{words}\t{sentence}")
    for is_answered, kind in ((True, "answered"), (False, "near misses")):
        share = refused[is_answered] / max(1, asked[is_answered])
        print(f"{kind}: {refused[is_answered]} of {asked[is_answered]} refused, {share:.4f}")


def _asked(path: Path) -> Iterator[tuple[str, str, str, bool]]:
    """Question, words, the sentence they stand in, and whether they answer; what stands in no one sentence is left."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line.strip():
            continue
        row = json.loads(line)
        text = row["context"]
        sentences = [text[start:end] for start, end in split_sentences(text)]
        for qa in row["qas"]:
            words = qa["answers"][0] if qa.get("answers") else qa.get("trap") or ""
            holding = next((sentence for sentence in sentences if words and words in sentence), None)
            if holding is not None:
                yield qa["question"], words, holding, bool(qa.get("answers"))


if __name__ == "__main__":
    main()

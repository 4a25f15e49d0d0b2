"""Reading-comprehension questions → what the reader learns from: windows that answer a question, and ones that do not.

usage: python training/examples.py TRAIN.jsonl [TRAIN.jsonl …] --work DIR

A training file has one passage a line, `{"context", "qas": [{"question", "answers"}]}`. All passages become one
archive, built and searched as any other, so that windows are cut as the assistant cuts them and the wrong ones are
those that its own search finds. Passages at the end of each file are held out: nothing is trained on them, and the
judge of answers (`training/fit_answering.py`) is fitted on them alone, because a reader is too sure of what it has
seen.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from opencc import OpenCC

from embeddings import (
    Archive,
    ArchiveReader,
    Article,
    Chunk,
    Encoder,
    build,
    fold_to_words,
    open_encoder,
    split_sentences,
)
from qa.query.question import read_question
from qa.retrieval.search import find_hits

HELD_OUT_SHARE = 0.12
_HITS_KEPT = 12
_SEARCH_DEPTH = 40
_LOOSE_ENDS = "的了是在和与为被把有于中上以由从对将及或，。、：；“”？ "
_NUMBER = re.compile(r"\d{1,4}")
_SHORTEST_WINDOW = 30  # characters, of a window whose answer was cut out


@dataclass(slots=True)
class Window:
    """A piece of an article. `text[start:end]` is the answer; both are None where the window has none."""

    text: str
    start: int | None = None
    end: int | None = None


@dataclass(slots=True)
class Example:
    """A question with the windows that answer it and those that do not."""

    question: str
    answers: list[str]
    head: str  # the start of the article, in place of a title
    answering: list[Window]
    beside: list[Window]  # of the same article
    cut: list[Window]  # the answering ones without the sentences that say it
    others: list[Window]  # of other articles, as the search ranks them
    held_out: bool = False


@dataclass(slots=True)
class TrainingPassage:
    """A passage in simplified script with its questions, `{"question", "answers"}`."""

    text: str
    questions: list[dict[str, Any]] = field(default_factory=list)
    held_out: bool = False


def main() -> None:
    """Write `examples.jsonl` and the archive it was made from into the work folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    encoder = open_encoder()
    passages = [passage for file in arguments.files for passage in read_passages(file)]
    archive = _archive(passages, arguments.work, encoder)
    count = 0
    with (arguments.work / "examples.jsonl").open("w", encoding="utf-8") as out:
        for example in _examples(passages, archive, encoder):
            out.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
            count += 1
            if count % 500 == 0:
                print(f"{count} questions", flush=True)
    print(f"{count} questions of {len(passages)} passages")


def read_examples(path: Path) -> list[Example]:
    """The examples that `main` wrote."""

    def windows(rows: list[dict[str, Any]]) -> list[Window]:
        return [Window(**row) for row in rows]

    kinds = ("answering", "beside", "cut", "others")
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Example(**{**row, **{kind: windows(row[kind]) for kind in kinds}}) for row in rows]


def read_passages(file: Path) -> Iterator[TrainingPassage]:
    """The passages of a training file; those at its end are held out."""
    to_simplified = OpenCC("t2s").convert
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    first = round(len(rows) * (1 - HELD_OUT_SHARE))
    for place, row in enumerate(rows):
        questions = [
            {"question": to_simplified(qa["question"]), "answers": list(map(to_simplified, qa["answers"]))}
            for qa in row["qas"]
            if qa["question"].strip()
        ]
        yield TrainingPassage(to_simplified(row["context"]), questions, held_out=place >= first)


def _archive(passages: Sequence[TrainingPassage], work: Path, encoder: Encoder) -> ArchiveReader:
    work.mkdir(parents=True, exist_ok=True)
    rows = [{"id": str(place), "text": passage.text} for place, passage in enumerate(passages)]
    source = work / "passages.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    build(source, archive=work / "archive", encoder=encoder)
    return Archive.open(work / "archive")


def _examples(passages: Sequence[TrainingPassage], archive: ArchiveReader, encoder: Encoder) -> Iterator[Example]:
    with archive.snapshot() as snapshot:
        chunks: dict[str, list[Chunk]] = defaultdict(list)
        articles: dict[str, Article] = {}
        for chunk, article in snapshot.read_chunks(snapshot.chunk_ids()):
            chunks[article.id].append(chunk)
            articles[article.id] = article
        for place, passage in enumerate(passages):
            own = chunks.get(str(place), [])
            for qa in passage.questions:
                query = read_question(qa["question"][:400])
                answers = [folded for answer in qa["answers"] if (folded := fold_to_words(answer))]
                vector = encoder.encode_questions([query.text])[0]
                hits = find_hits(query, vector, snapshot)[:_SEARCH_DEPTH]
                others = [
                    Window(hit.chunk.text)
                    for hit in hits
                    # A single character is found everywhere and is not the answer there.
                    if hit.article.id != str(place)
                    and not any(len(a) > 1 and a in fold_to_words(hit.chunk.text) for a in answers)
                ]
                answering = [window for c in own if (window := _answering(c.text, qa["answers"], query.about))]
                if not answering:
                    continue
                holding = {window.text for window in answering}
                yield Example(
                    question=query.text,
                    answers=qa["answers"],
                    head=_head(articles[str(place)].body),
                    answering=answering,
                    beside=[Window(c.text) for c in own if c.text not in holding and not _holds(c.text, answers)],
                    cut=[Window(rest) for window in answering if (rest := _without(window.text, answers))],
                    others=others[:_HITS_KEPT],
                    held_out=passage.held_out,
                )


def _answering(text: str, answers: Sequence[str], about: str) -> Window | None:
    """The window with its answer where the sentence shares most with the question; None where it has none."""
    wanted = {about[place : place + 2] for place in range(len(about) - 1)}
    found: list[tuple[int, int, int]] = []
    for answer in filter(None, answers):
        place = text.find(answer)
        while place >= 0:
            first, last = next((s for s in split_sentences(text) if s[0] <= place < s[1]), (place, place + len(answer)))
            sentence = text[first:last]
            shared = sum(pair in sentence for pair in wanted)
            found.append((-shared, place, place + len(answer)))
            place = text.find(answer, place + 1)
    if not found:
        return None
    _, start, end = min(found)
    return Window(text, start, end)


def _without(text: str, answers: Sequence[str]) -> str:
    """A text without the sentences that hold an answer; "" when too little is left."""
    sentences = [text[start:end] for start, end in split_sentences(text)]
    rest = "".join(sentence for sentence in sentences if not _holds(sentence, answers)).strip()
    return rest if len(rest) >= _SHORTEST_WINDOW and not _holds(rest, answers) else ""


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = fold_to_words(text)
    return any(answer in folded for answer in answers)


def ask_something_else(question: str, text: str, subjects: Sequence[str], source: random.Random) -> str | None:
    """The question with another number or about another subject, so that the text that answers it does so no more."""
    numbers = [match for match in _NUMBER.finditer(question) if match[0] in text]
    if numbers and source.random() < 0.5:
        number = source.choice(numbers)
        shifted = str(max(1, int(number[0]) + source.choice([-3, -2, -1, 1, 2, 3, 10])))
        return None if shifted == number[0] else question[: number.start()] + shifted + question[number.end() :]
    subject = subject_of(question, text)
    other = source.choice(subjects) if subjects else ""
    return question.replace(subject, other) if subject and other and other not in text else None


def subject_of(question: str, text: str) -> str:
    """The longest stretch of a question, of some length but not most of it, that the text has too; "" for none."""
    match = SequenceMatcher(None, question, text, autojunk=False).find_longest_match()
    shared = question[match.a : match.a + match.size].strip(_LOOSE_ENDS)
    return shared if 2 < len(shared) < min(10, len(question) - 4) else ""


def _head(body: str) -> str:
    """The first clause of an article, as short as a headline."""
    return body[: next((place for place, mark in enumerate(body[:24]) if mark in "，。,;；："), 24)].strip()


if __name__ == "__main__":
    main()

"""Reading-comprehension questions → what the reader learns from: windows that answer a question, and ones that do not.

usage: python training/examples.py TRAIN.jsonl [TRAIN.jsonl …] --work DIR

A training file has one passage a line, `{"context", "title"?, "qas": [{"question", "answers", "kind"?, "trap"?,
"polarity"?}]}`. Passages are cut into windows as the assistant cuts articles. Windows of other articles that are likely
to be taken for answers are those that lexical search finds. Passages at the end of each file are held out: nothing is
trained on them, and the judge of answers (`training/fit_answering.py`) is fitted on them alone, because a reader is
too sure of what it has seen.

Questions with a known answer also become questions for yes and no: 一共几个老师 with 14名 becomes 一共14名老师吗 (yes),
and with another number of the passage no.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from opencc import OpenCC

from embeddings import Article, Issue, fold_to_words, split_sentences
from embeddings.chunking import chunk_article
from embeddings.index.bm25 import Bm25Index

EXAMPLES = "examples.jsonl.xz"  # in the work folder
HELD_OUT_SHARE = 0.12
_OTHERS_KEPT = 8
_SEARCH_DEPTH = 30
_LOOSE_ENDS = "的了是在和与为被把有于中上以由从对将及或，。、：；“”？ "
_NUMBER = re.compile(r"\d{1,4}")

# What stands in a question for its answer, by the kind of the question.
_ASKING_WORDS = {
    "who": re.compile(r"哪位[^\W\d_]{0,2}|谁"),
    "org": re.compile(r"哪[家个所支][^\W\d_]{0,2}|谁|什么(?:单位|部门|机构|公司)"),
    "where": re.compile(r"哪[里儿]|哪个[^\W\d_]{1,2}|啥地方|什么地方"),
    "which": re.compile(r"哪[一]?[个家支种项款][^\W\d_]{0,1}"),
    "what": re.compile(r"什么|啥"),
    "when": re.compile(r"(?:什么|啥)时候|何时|哪[一]?[天年月日]|几[月号点日]|几时"),
    "how_many": re.compile(r"(?:多少|几)[个名位人户家株只辆台场次条所座间]?"),
    "how_much": re.compile(r"多少(?:钱|元|万元|亿元)?"),
    "how_long": re.compile(r"多久|多长时间|(?:多少|几)(?:天|年|个?月|小时|分钟)"),
}
_NO_ISSUE = Issue(id="", name="", date=None, source="")
_WINDOWS = ("answering", "traps", "beside", "others")
_SHORTEST_FACT, _LONGEST_FACT = 2, 14  # characters of an answer that is put into a question


@dataclass(slots=True)
class Window:
    """A piece of an article, with the places [start, end) in it that answer; none where it does not."""

    text: str
    title: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Example:
    """A question with the windows that answer it and those that do not."""

    question: str
    answers: list[str]
    source: str  # the name of the training file
    kind: str = ""
    polarity: str | None = None  # "yes" or "no"
    answering: list[Window] = field(default_factory=list)
    traps: list[Window] = field(default_factory=list)  # of the same article, with the words of a plausible wrong answer
    beside: list[Window] = field(default_factory=list)  # of the same article
    others: list[Window] = field(default_factory=list)  # of other articles, as the search ranks them
    held_out: bool = False
    is_made: bool = False  # from a question with a known answer, and not asked by anybody


@dataclass(slots=True)
class TrainingPassage:
    """A passage in simplified script with its questions, as the training file has them."""

    text: str
    source: str
    title: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    held_out: bool = False


def main() -> None:
    """Write the examples into the work folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    passages = [passage for file in arguments.files for passage in read_passages(file)]
    arguments.work.mkdir(parents=True, exist_ok=True)
    count = write_examples(arguments.work / EXAMPLES, make_examples(passages))
    print(f"{count} questions of {len(passages)} passages")


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """Write examples as packed lines, each window once, before the first example that has it. Returns their count."""
    numbers: dict[tuple[str, str], int] = {}
    count = 0
    with lzma.open(path, "wt", encoding="utf-8", preset=1) as out:
        for example in examples:
            row = asdict(example)
            for kind in _WINDOWS:
                row[kind] = []
                for window in getattr(example, kind):
                    known = (window.title, window.text)
                    if known not in numbers:
                        out.write(json.dumps(known, ensure_ascii=False) + "\n")
                    row[kind].append([numbers.setdefault(known, len(numbers)), *window.spans])
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def read_examples(path: Path) -> list[Example]:
    """The examples that `write_examples` wrote."""
    titles_and_texts: list[tuple[str, str]] = []
    examples = []
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            row = json.loads(line)
            if isinstance(row, list):
                titles_and_texts.append((row[0], row[1]))
                continue
            for kind in _WINDOWS:
                row[kind] = [_window(titles_and_texts[number], spans) for number, *spans in row[kind]]
            examples.append(Example(**row))
    return examples


def _window(title_and_text: tuple[str, str], spans: Sequence[Sequence[int]]) -> Window:
    title, text = title_and_text
    return Window(text, title, [(start, end) for start, end in spans])


def read_passages(file: Path) -> Iterator[TrainingPassage]:
    """The passages of a training file; those at its end are held out."""
    to_simplified = OpenCC("t2s").convert
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
    first = round(len(rows) * (1 - HELD_OUT_SHARE))
    for place, row in enumerate(rows):
        questions = []
        for qa in row["qas"]:
            if qa["question"].strip():
                question = {**qa, "question": to_simplified(qa["question"].strip()[:300])}
                question["answers"] = [to_simplified(answer) for answer in qa["answers"]]
                question["trap"] = to_simplified(qa.get("trap") or "")
                questions.append(question)
        text, title = to_simplified(row["context"]), to_simplified(row.get("title") or "")
        yield TrainingPassage(text, file.stem, title, questions, held_out=place >= first)


def make_examples(passages: Sequence[TrainingPassage]) -> Iterator[Example]:
    """The questions of some passages with their windows; wrong ones are those of the other passages."""
    cut = [_windows(passage) for passage in passages]
    owners = np.repeat(np.arange(len(cut)), [len(windows) for windows in cut])
    flat = [text for windows in cut for _, text in windows]
    index = Bm25Index.build(flat)
    for place, passage in enumerate(passages):
        for qa in [*passage.questions, *_yes_no_questions(passage)]:
            example = _example(qa, passage, cut[place])
            if example is None:
                continue
            scores = index.scores(qa["question"])
            best = np.argpartition(-scores, min(_SEARCH_DEPTH, scores.size - 1))[:_SEARCH_DEPTH]
            answers = [folded for answer in qa["answers"] if len(folded := fold_to_words(answer)) > 1]
            for row in best[np.argsort(-scores[best])]:
                folded = fold_to_words(flat[row])
                if owners[row] != place and not any(answer in folded for answer in answers):
                    example.others.append(Window(flat[row], passages[owners[row]].title))
            example.others = example.others[:_OTHERS_KEPT]
            yield example


def _windows(passage: TrainingPassage) -> list[tuple[int, str]]:
    """The passage's windows, with where each begins."""
    article = Article(id="", issue=_NO_ISSUE, title=passage.title, body=passage.text)
    return [(chunk.start, chunk.text) for chunk in chunk_article(article)]


def _example(qa: dict[str, Any], passage: TrainingPassage, cut: Sequence[tuple[int, str]]) -> Example | None:
    title = passage.title or _head(passage.text)
    answers = [answer for answer in qa["answers"] if answer]
    meant = [(start, start + len(answer)) for answer, start in _places(qa, passage.text)]
    if answers and not meant:
        return None
    example = Example(
        qa["question"],
        answers,
        passage.source,
        qa.get("kind") or "",
        qa.get("polarity"),
        held_out=passage.held_out,
        is_made=qa.get("is_made", False),
    )
    folded = [fold_to_words(answer) for answer in answers]
    for start, text in cut:
        inside = [(s - start, e - start) for s, e in meant if start <= s and e <= start + len(text)]
        if inside:
            example.answering.append(Window(text, title, inside))
        elif qa.get("trap") and qa["trap"] in text:
            example.traps.append(Window(text, title))
        elif not any(answer in fold_to_words(text) for answer in folded):
            example.beside.append(Window(text, title))
    return example if example.answering or not answers else None


def _places(qa: dict[str, Any], text: str) -> Iterator[tuple[str, int]]:
    """Each answer with the place that the question means: where the words around share most with the question.

    Several answers are items of a list, or else variants of one, of which the best placed and shortest is taken.
    """
    sentences = split_sentences(text)
    asked = qa["question"]
    wanted = {asked[at : at + 2] for at in range(len(asked) - 1)}
    found = []
    for answer in dict.fromkeys(filter(None, qa["answers"])):
        ranked = [
            (-_shared(wanted, text, sentences, match.start()), match.start())
            for match in re.finditer(re.escape(answer), text)
        ]
        if ranked:
            found.append((*min(ranked), answer))
    if qa.get("kind") != "list":
        found = sorted(found, key=lambda one: (one[0], len(one[2]), one[1]))[:1]
    yield from ((answer, start) for _, start, answer in found)


def _shared(wanted: set[str], text: str, sentences: Sequence[tuple[int, int]], place: int) -> float:
    """How many of the pairs of characters stand in the sentence of a place, and half as many in those beside it."""
    at = next((n for n, (start, end) in enumerate(sentences) if start <= place < end), None)
    if at is None:
        return 0.0
    total = 0.0
    for near, weight in ((at - 1, 0.3), (at, 1.0), (at + 1, 0.2)):
        if 0 <= near < len(sentences):
            sentence = text[slice(*sentences[near])]
            total += weight * sum(pair in sentence for pair in wanted)
    # Of places in one sentence, the one with more of the question close by.
    close = text[max(0, place - 25) : place + 25]
    return total + 0.2 * sum(pair in close for pair in wanted)


def _yes_no_questions(passage: TrainingPassage) -> Iterator[dict[str, Any]]:
    """Questions for yes and no, made of those of a passage whose answer is known."""
    source = random.Random(passage.text[:40])
    facts = [
        qa
        for qa in passage.questions
        if qa.get("kind") in _ASKING_WORDS
        and len(qa["answers"]) == 1
        and _SHORTEST_FACT <= len(qa["answers"][0]) <= _LONGEST_FACT
    ]
    for qa in facts:
        answer = qa["answers"][0]
        other = [
            words
            for fact in passage.questions
            if fact.get("kind") == qa["kind"]
            for words in fact["answers"]
            if words not in answer and answer not in words and len(words) <= _LONGEST_FACT
        ]
        other += _like_numbers(answer, passage.text)
        if not other or source.random() < 0.5:
            said, polarity = answer, "yes"
        else:
            said, polarity = source.choice(other), "no"
        if asked := _ask_whether(qa["question"], qa["kind"], said, source):
            yield {
                "question": asked,
                "answers": [answer],
                "kind": "yes_no",
                "polarity": polarity,
                "trap": "",
                "is_made": True,
            }


def _like_numbers(answer: str, text: str) -> list[str]:
    """Other numbers, and as many again that no text has, with the same words behind them."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(\D*)", answer)
    if not match:
        return []
    number, unit = match.groups()
    beside = [one for one in re.findall(r"\d+(?:\.\d+)?", text) if one != number]
    shifted = str(int(float(number)) + random.Random(text[:20] + answer).choice([1, 2, 5, 10]))
    return [one + unit for one in [*beside[:3], shifted]]


def _ask_whether(question: str, kind: str, said: str, source: random.Random) -> str:
    """The question with words in place of what it asks for; "" where that does not make one."""
    match = _ASKING_WORDS[kind].search(question)
    if not match:
        return ""
    before, after = question[: match.start()], question[match.end() :].rstrip("？?呢啊呀")
    if before.endswith("是"):
        before = before[:-1]
        return source.choice(
            [f"{before}是{said}{after}吗", f"{before}是不是{said}{after}", f"{before}是{said}{after}吗？"]
        )
    return source.choice(
        [
            f"{before}{said}{after}吗",
            f"{before}是不是{said}{after}",
            f"{before}{said}{after}吗？",
            f"{before}{said}{after}对吗",
        ]
    )


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

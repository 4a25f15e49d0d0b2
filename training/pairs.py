"""An example → pairs of its question with a window, cut and chosen anew each time it is learned."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from examples import Example, Window, ask_something_else, subject_of

from embeddings import split_sentences


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with one window; `spans` are the places [start, end) in `text` that answer, none where none does."""

    question: str
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    body_start: int = 0  # the title stands before
    is_yes: float = -1.0  # 1 for yes, 0 for no, -1 where that is not asked


def pairs_of(example: Example, examples: Sequence[Example], source: random.Random, *, wider: bool) -> list[Pair]:
    """The question with a window that answers it, if any does, and ones that do not, cut to different lengths.

    Where `wider`, there are about twice as many that do not.
    """
    question = _asked(example.question, source)
    pairs: list[Pair] = []

    def add(windows: Sequence[Window]) -> None:
        pairs.extend(_titled(question, cropped(window, source), source) for window in windows)

    def some(windows: Sequence[Window], chance: float) -> list[Window]:
        count = sum(source.random() < chance for _ in range(2 if wider else 1))
        return source.sample(windows, min(len(windows), count))

    if example.answering:
        is_yes = {"yes": 1.0, "no": 0.0}.get(example.polarity or "", -1.0)
        pairs.append(_titled(question, cropped(source.choice(example.answering), source), source, is_yes=is_yes))
        # The nearer the top, the more often.
        likely = [window for place, window in enumerate(example.others) if source.random() < 0.7 / (1 + 0.4 * place)]
        add(some(likely, 0.7))
        add(some(example.beside, 0.45))
    else:
        tempting = example.traps or example.beside or example.others
        add(source.sample(tempting, min(len(tempting), 2 if wider or source.random() < 0.3 else 1)))
        if example.traps:
            add(some(example.beside, 0.3))
    if not pairs or source.random() < 0.04:
        strange = source.choice(examples)
        if windows := strange.answering or strange.traps or strange.others:
            pairs.append(_titled(question, Window(windows[0].text, windows[0].title), source))
    return pairs


def about_something_else(pair: Pair, subjects: Sequence[str], source: random.Random) -> Pair | None:
    """At times the same window with a question whose number or subject is another, so that it answers no more."""
    if not pair.spans or pair.is_yes >= 0 or source.random() >= 0.12:
        return None
    other = ask_something_else(pair.question, pair.text, subjects, source)
    return Pair(other, pair.text, body_start=pair.body_start) if other else None


def subjects_of(examples: Sequence[Example]) -> list[str]:
    """What questions are about, for putting into other questions."""
    answered = [example for example in examples if example.answering and not example.polarity]
    chosen = random.Random(1).sample(answered, min(len(answered), 6000))
    found = (subject_of(example.question, example.answering[0].text) for example in chosen)
    return sorted({subject for subject in found if subject})


def cropped(window: Window, source: random.Random) -> Window:
    """Some neighbouring sentences of a window, with its answers if it has any; at times the whole window."""
    room = source.randint(70, 200)
    if source.random() < 0.45 or len(window.text) <= room:
        return window
    sentences = split_sentences(window.text)
    if not sentences:
        return window
    first, last = _needed(window, sentences, source)
    while True:
        wider = [
            (low, high)
            for low, high in ((first - 1, last), (first, last + 1))
            if low >= 0 and high < len(sentences) and sentences[high][1] - sentences[low][0] <= room
        ]
        if not wider:
            break
        first, last = source.choice(wider)
    start = sentences[first][0]
    end = max(sentences[last][1], *(end for _, end in window.spans)) if window.spans else sentences[last][1]
    spans = [(low - start, high - start) for low, high in window.spans]
    return Window(window.text[start:end], window.title, spans)


def _needed(window: Window, sentences: Sequence[tuple[int, int]], source: random.Random) -> tuple[int, int]:
    """The first and last of the sentences that hold what answers; any one of a window that does not."""
    if not window.spans:
        place = source.randrange(len(sentences))
        return place, place
    low, high = min(start for start, _ in window.spans), max(end for _, end in window.spans)
    holding = [n for n, (start, end) in enumerate(sentences) if start < high and end > low]
    return (holding[0], holding[-1]) if holding else (0, len(sentences) - 1)


def _titled(question: str, window: Window, source: random.Random, *, is_yes: float = -1.0) -> Pair:
    """A pair with the title before the text, three times of four."""
    if source.random() < 0.25:
        window = Window(window.text, "", window.spans)
    return with_title(question, window, is_yes=is_yes)


def with_title(question: str, window: Window, *, is_yes: float = -1.0) -> Pair:
    """A pair with the title before the text, where there is one that the text does not begin with."""
    title = window.title
    if not title or window.text.startswith(title):
        return Pair(question, window.text, tuple(window.spans), 0, is_yes)
    shift = len(title) + 1
    spans = tuple((start + shift, end + shift) for start, end in window.spans)
    return Pair(question, f"{title} {window.text}", spans, shift, is_yes)


def _asked(question: str, source: random.Random) -> str:
    """The question, at times with a slip or without its mark, as people type."""
    if source.random() < 0.4:
        question = question.rstrip("？?")
    if source.random() < 0.03:
        question = f"请问{question}"
    if source.random() < 0.05 and len(question) > 6:
        place = source.randrange(len(question))
        other = source.choice(["", question[source.randrange(len(question))]])
        question = question[:place] + other + question[place + 1 :]
    return question

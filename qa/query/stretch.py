"""Which part of a sentence is about the person or province that a question names, where it names others beside."""

from __future__ import annotations

import re

from embeddings import SURNAMES_IN_TEXT, fold
from qa.query.names import IDEOGRAPH, people_in
from qa.query.referents import PROVINCES

_PROVINCE = re.compile(PROVINCES)
_CLAUSE = re.compile(r"[^，,。；;：:！!？?\n]+[，,。；;：:！!？?\n]*")
_DAY_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]")
_MAY_BE_A_NAME = re.compile(rf"(?=([{SURNAMES_IN_TEXT}][{IDEOGRAPH}]{{1,2}}))")
_KINDS = (_PROVINCE.findall, people_in)


def stretch_on(question: str, text: str) -> tuple[int, int]:
    """The part of a text, [start, end), from the clause that has a name of the question to the next with another name.

    All of it, where it names nobody and no province that the question names, or no other.
    """
    clauses = list(_CLAUSE.finditer(text))
    for named_in in _KINDS:
        wanted = set(named_in(question))
        named = [set(named_in(clause[0])) for clause in clauses]
        first = next((place for place, names in enumerate(named) if names & wanted), None)
        if first is None or not any(names - wanted for names in named):
            continue
        last = first + 1
        while last < len(clauses) and (named[last] & wanted or not named[last]):
            last += 1
        return clauses[first].start(), clauses[last - 1].end()
    return 0, len(text)


def is_of_another(question: str, text: str) -> bool:
    """Whether a text names people or provinces, and none of those that the question names."""
    for named_in in _KINDS:
        wanted, named = set(named_in(question)), set(named_in(text))
        if wanted and named and not wanted & named:
            return True
    return False


def names_the_same(question: str, text: str) -> bool:
    """Whether a text has a person or province that the question names."""
    return any(set(named_in(question)) & set(named_in(text)) for named_in in _KINDS)


def somebody_in_all(question: str, *texts: str) -> bool:
    """Whether a question and some texts have what may be one person's name: a surname and what stands behind it."""
    named = (match[1] for match in _MAY_BE_A_NAME.finditer(question))
    return any(all(run[:size] in text for text in texts) for run in named for size in range(2, len(run) + 1))


def days_of_month(text: str) -> set[tuple[str, str]]:
    """The days that a text names by month and day (4月9日, 4月9号), as it writes their numbers."""
    return set(_DAY_OF_MONTH.findall(fold(text)))

"""Conversations as short texts that can be kept, and back again.

The archive has the articles, so that only their ids and the places in them are written, beside what was said. What was
withdrawn meanwhile has no article to come back to: in its stead stands an empty one of an issue that no archive holds,
so that the page shows what it shows of every withdrawn issue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, astuple, fields
from datetime import date
from typing import Any

from embeddings import Article, Filters, Issue, Snapshot
from embeddings.errors import ArgumentError
from qa.errors import HistoryCode
from qa.i18n import Words, words
from qa.types import Answer, AnswerKind, Citation, Passage, Scope, Spoken
from qa.userdata.conversation import Conversation, Turn, TurnState

# The states that were kept as what the page said of them, until 0.2.
_STATES_SAID = {str(words(state)): state for state in (TurnState.WAITING, TurnState.STOPPED, TurnState.LOST)}
_VERSION = 1
_ANCHOR_CHARS = 20  # by which a passage is found again in an article that was corrected
# Of an answer; everything else is a plain value. What was counted then is not kept: the archive goes on.
_APART = frozenset({"citations", "passages", "scope", "earlier", "printed"})
_SAID = ("text", "note")  # may be in both languages
_Row = dict[str, Any]


def pack(conversation: Conversation) -> str:
    """A conversation as JSON."""
    turns = [_turn_row(turn) for turn in conversation.turns]
    row = {"version": _VERSION, "selected": conversation.selected, "turns": turns}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str, snapshot: Snapshot) -> Conversation:
    """The conversation that was packed, with the articles as the archive has them now.

    A quote that a correction has moved is found again; one that it has changed stays as it was said and has no place.
    Raises ArgumentError for a text that `pack` did not write.
    """
    try:
        row = json.loads(text)
        if row["version"] != _VERSION:
            raise ArgumentError(HistoryCode.OTHER_FORM, form=row["version"])
        articles = _Articles(snapshot)
        turns = tuple(_turn(one, articles) for one in row["turns"])
        return Conversation(turns, int(row["selected"]))
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise ArgumentError(HistoryCode.UNREADABLE, detail=repr(error)) from error


def _turn_row(turn: Turn) -> _Row:
    row: _Row = {"question": turn.question}
    if turn.answer:
        row["answer"] = _answer_row(turn.answer)
    if turn.note:
        row["note"] = turn.note
    if turn.state is not TurnState.DONE:
        row["state"] = str(turn.state)
    return row


def _answer_row(answer: Answer) -> _Row:
    row = {
        field.name: value
        for field in fields(answer)
        if field.name not in _APART and (value := getattr(answer, field.name)) != field.default
    }
    row["kind"] = str(answer.kind)
    for name in _SAID:
        row |= _in_english(name, getattr(answer, name))
    row["citations"] = [_citation_row(citation) for citation in answer.citations]
    row["passages"] = [_passage_row(passage) for passage in answer.passages]
    if answer.scope:
        row["scope"] = _scope_row(answer.scope)
    if answer.earlier:
        row["earlier"] = [astuple(spoken) for spoken in answer.earlier]
    return row


def _in_english(name: str, said: str) -> _Row:
    """What is kept of a text beside its Chinese; nothing, where it is the same in both languages."""
    return {f"{name}_in_english": said.english} if isinstance(said, Words) and said.english != said else {}


def _in_both(row: Mapping[str, Any], name: str) -> str:
    """A text in the languages in which it was kept."""
    said, english = str(row[name]), row.get(f"{name}_in_english")
    return said if english is None else Words(said, str(english))


def _article_row(article: Article) -> _Row:
    issue = article.issue
    row: _Row = {"id": article.id, "issue": issue.id, "source": issue.source}
    return {**row, "member": issue.member} if issue.member else row


def _citation_row(citation: Citation) -> _Row:
    row = {"article": _article_row(citation.article), "quote": citation.quote, "number": citation.number}
    for name in ("start", "end", "short_start", "short_end"):
        if (place := getattr(citation, name)) is not None:
            row[name] = place
    return row


def _passage_row(passage: Passage) -> _Row:
    article, title = passage.article, passage.article.title
    row: _Row = {"article": _article_row(article), "title": title, "at": [passage.start, passage.end]}
    row["score"] = round(passage.score, 4)
    if passage.dense_rank is not None:
        row["dense_rank"] = passage.dense_rank
    row["begins"] = article.body[passage.start : passage.end][:_ANCHOR_CHARS]
    # The byline, where the question asked for it.
    if rest := passage.text[len(article.body[passage.start : passage.end]) :]:
        row["rest"] = rest
    return row


def _scope_row(scope: Scope) -> _Row:
    kept = scope.filters
    return {
        "words": scope.words,
        "label": scope.label,
        **_in_english("label", scope.label),
        "rest": scope.rest,
        "is_counted": scope.is_counted,
        "filters": {
            "issue": kept.issue,
            "since": kept.since.isoformat() if kept.since else None,
            "until": kept.until.isoformat() if kept.until else None,
            "section": kept.section,
        },
    }


class _Articles:
    """Articles by what a packed conversation says of them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[tuple[str, str], Article | None] = {}

    def find(self, row: Mapping[str, Any]) -> Article | None:
        """The article in the same issue, or in the issue that has taken its place; None when there is none."""
        key = (str(row["issue"]), str(row["id"]))
        if key not in self._known:
            found = self._snapshot.read_article(key[1])
            place = (row["source"], row.get("member", ""))
            same = [one for one in found if one.issue_id == key[0]]
            moved = [one for one in found if (one.issue.source, one.issue.member) == place]
            self._known[key] = next(iter([*same, *moved]), None)
        return self._known[key]


def _turn(row: Mapping[str, Any], articles: _Articles) -> Turn:
    answer = _answer(row["answer"], articles) if "answer" in row else None
    note = str(row.get("note", ""))
    state = _STATES_SAID.get(note) or TurnState(row.get("state", "done"))
    if state is TurnState.WAITING:  # nobody is answering it any more
        state = TurnState.LOST
    return Turn(str(row["question"]), answer, note if state is TurnState.DONE else "", state)


def _answer(row: Mapping[str, Any], articles: _Articles) -> Answer:
    plain: dict[str, Any] = {}
    for field in fields(Answer):
        if field.name in _APART or field.name == "kind":
            continue
        if field.name in row:
            value = row[field.name]
            plain[field.name] = tuple(value) if isinstance(value, list) else value
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ArgumentError(HistoryCode.FIELD_MISSING, name=field.name)
    plain |= {name: _in_both(row, name) for name in _SAID if name in row}
    return Answer(
        **plain,
        kind=_kind(row),
        citations=tuple(_citation(one, articles) for one in row["citations"]),
        passages=tuple(_passage(one, articles) for one in row["passages"]),
        scope=_scope(row["scope"]) if "scope" in row else None,
        earlier=tuple(Spoken(*map(str, one)) for one in row.get("earlier", ())),
    )


def _kind(row: Mapping[str, Any]) -> AnswerKind:
    """What a kept answer is; of those kept until 0.2, as far as they told."""
    if "kind" in row:
        return AnswerKind(row["kind"])
    if row.get("is_reply"):
        return AnswerKind.REPLY
    if row["abstained"]:
        return AnswerKind.NOT_FOUND
    return AnswerKind.COUNTED if row.get("is_counted") else AnswerKind.FOUND


def _citation(row: Mapping[str, Any], articles: _Articles) -> Citation:
    article, quote = articles.find(row["article"]), str(row["quote"])
    start, short_start, short_end = row.get("start"), row.get("short_start"), row.get("short_end")
    if article is None:
        return Citation(row["number"], _withdrawn(row["article"]), quote, None, None)
    if start is None:
        return Citation(row["number"], article, quote, None, None)
    moved = start if article.body[start : start + len(quote)] == quote else article.body.find(quote)
    if moved < 0:
        return Citation(row["number"], article, quote, None, None)
    by = moved - start
    if short_start is not None and short_end is not None:
        return Citation(row["number"], article, quote, moved, moved + len(quote), short_start + by, short_end + by)
    return Citation(row["number"], article, quote, moved, moved + len(quote))


def _passage(row: Mapping[str, Any], articles: _Articles) -> Passage:
    article, score = articles.find(row["article"]), float(row["score"])
    if article is None:
        return Passage(_withdrawn(row["article"], str(row["title"])), "", 0, 0, score)
    begins = str(row["begins"])
    start, end = map(int, row["at"])
    at = start if article.body.startswith(begins, start) else article.body.find(begins)
    by = at - start if at >= 0 else 0
    start, end = (min(max(0, place + by), len(article.body)) for place in (start, end))
    text = article.body[start:end] + str(row.get("rest", ""))
    return Passage(article, text, start, end, score, dense_rank=row.get("dense_rank"))


def _withdrawn(row: Mapping[str, Any], title: str = "") -> Article:
    """An empty article of an issue that no archive holds."""
    return Article(str(row["id"]), Issue(f"withdrawn/{row['issue']}/{row['id']}", "", None, ""), title, "")


def _scope(row: Mapping[str, Any]) -> Scope:
    kept = row["filters"]
    since, until = (date.fromisoformat(kept[name]) if kept[name] else None for name in ("since", "until"))
    filters = Filters(kept["issue"], since, until, kept["section"])
    return Scope(row["words"], _in_both(row, "label"), row["rest"], filters, row["is_counted"])

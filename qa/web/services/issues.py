"""The issues that a field offers, and which one is meant by what was chosen or typed there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings import Issue, Snapshot, find_date, fold
from embeddings.archive.issues import goes_by
from qa.i18n import joined, words
from qa.web.html.answers import issue_label
from qa.web.services.forms import as_shown

OFFERED = 300  # the newest issues; the others are typed

_ID = re.compile(r"[0-9a-f]{64}")
_NAMED = 5  # issues that a remark names

Choices = list[tuple[str, str]]  # labels and values


def issue_choices(snapshot: Snapshot, chosen: str = "") -> Choices:
    """The newest issues by label and id, and behind them what was chosen, where it is none of these and not gone."""
    choices = [(issue_label(issue), issue.id) for issue in snapshot.issue_names()[:OFFERED]]
    if not chosen or chosen in dict(choices).values():
        return choices
    if not _ID.fullmatch(chosen):
        return [*choices, (chosen, chosen)]
    return [*choices, *((issue_label(issue), issue.id) for issue in snapshot.read_issue(chosen))]


def meant_issue(snapshot: Snapshot, typed: str) -> tuple[str, str]:
    """The issue that a field means, as `Filters` takes it, and what to say where it means none, or one of several.

    An id stands for itself. Else it is what an issue is called, its label, its day, or a part of its label that no
    other has. Either of both is empty.
    """
    typed = typed.strip()
    if not typed or _ID.fullmatch(typed):
        return typed, ""
    issues = snapshot.issue_names()
    if any(goes_by(issue, typed) for issue in issues):
        return typed, ""
    found = _of_label_or_day(issues, typed)
    if len(found) == 1:
        return found[0].id, ""
    if not found:
        return "", words("no_such_issue", name=as_shown(typed))
    names = joined(words("enumerates"), [issue_label(issue) for issue in found[:_NAMED]])
    more = "…" if len(found) > _NAMED else ""
    return "", words("which_of_issues", name=as_shown(typed), n=len(found), names=names, more=more)


def _of_label_or_day(issues: Sequence[Issue], typed: str) -> list[Issue]:
    """The issues with a label, else those of a day, else those with a text in their labels; newest first."""
    labelled = [(issue, issue_label(issue)) for issue in issues]
    if same := [issue for issue, label in labelled if label == typed]:
        return same
    day = find_date(typed)
    if day and (of_day := [issue for issue in issues if issue.date == day]):
        return of_day
    wanted = fold(typed)
    return [issue for issue, label in labelled if wanted in fold(label)]

"""Questions that ask for several things: the whole enumeration of a sentence, and every sentence that adds to it.

A list is complete where it is printed at once (四川、湖北、河南…五省已经收完), so the words that answer are widened to
the whole of it. Where sentences or articles tell an item each (英国央行加息；瑞士央行加息), a sentence counts that says
of something else what the best sentence says: it is likely to answer by itself, and it has as much of what the question
says of its items. A sentence that merely mentions the subject has less, and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings import Snapshot, fold, fold_to_words
from qa.answering.choice import Candidates
from qa.answering.enumerations import kind_of_items, predicate_of
from qa.answering.evidence.features import READ_FEATURES, Evidence
from qa.answering.list_items import (
    MOST,
    Listed,
    announced_parts,
    column,
    items_below,
    lines_alike,
    listed_at,
    named_in_table,
)

_LEAST_SHARED = 0.8  # of what the best sentence has of the question, in a sentence that adds an item
_LEAST_ODDS = 0.0  # in log-odds: such a sentence is as likely as not to answer
_MARGIN = 2.0  # ... and not seven times less likely than the best
_SAME = 1.0  # in log-odds: sentences this close are equals, and one that enumerates goes first
_LEAST_SEEN = -5.0  # log-probability that the answer stands in such a sentence: the reader does not rule it out
_PASSAGE_ANSWERS = READ_FEATURES.index("reader: passage answers")
_STANDS_HERE = READ_FEATURES.index("reader: answer stands here")
_LONGEST_ITEM = 20  # characters, of a thing that stands in no enumeration


def best_listed(candidates: Candidates, snapshot: Snapshot) -> int:
    """The best sentence; where it tells one thing alone, one that enumerates and answers nearly as well."""
    best = int(candidates.scores.argmax())
    if candidates.evidence.read is None:
        return best
    read = candidates.evidence.read[:, _STANDS_HERE]
    near = []
    if not _enumerates_there(candidates, best):
        near = [place for place in _alike(candidates, snapshot, best) if _is_seen(place, best, candidates.evidence)]
    equal = [
        int(place)
        for place in np.flatnonzero(candidates.scores >= candidates.scores[best] - _SAME)
        if read[place] > read[best]
    ]
    listing = [place for place in {*near, *equal} if _enumerates_there(candidates, place)]
    return max(listing, key=lambda place: (float(read[place]), -place), default=best)


def _alike(candidates: Candidates, snapshot: Snapshot, best: int) -> list[int]:
    """The other sentences that say of something what the best one says, the likeliest first."""
    texts = [sentence.text for sentence in candidates.sentences]
    # What a question says of its items, weighted by how telling it is.
    shared = snapshot.term_statistics(predicate_of(candidates.query)).found_in(texts).share()
    least = max(_LEAST_ODDS, float(candidates.scores[best]) - _MARGIN)
    kind = kind_of_items(candidates.question)
    kind = kind if len(kind) > 1 and kind in fold(texts[best]) else ""
    return [
        place
        for place in map(int, np.argsort(-candidates.scores, kind="stable"))
        if place != best
        and candidates.scores[place] >= least
        and (candidates.fits(place) or not candidates.fits(best))
        and shared[place] >= _LEAST_SHARED * shared[best] > 0
        and kind in fold(texts[place])
    ]


def _is_seen(place: int, best: int, evidence: Evidence) -> bool:
    """Whether the reader takes a sentence's chunk for an answer, and does not rule out that it stands there."""
    if evidence.read is None:
        return False
    odds = min(0.0, float(evidence.read[best, _PASSAGE_ANSWERS]) - _SAME)
    return bool(evidence.read[place, _PASSAGE_ANSWERS] >= odds and evidence.read[place, _STANDS_HERE] >= _LEAST_SEEN)


def _enumerates_there(candidates: Candidates, place: int) -> bool:
    short = listed_at(candidates, place).short
    body = candidates.body(place)
    return short is not None and "、" in body[slice(*short)]


def sentences_of_list(candidates: Candidates, snapshot: Snapshot, best: int) -> list[Listed]:
    """The sentences that answer a question for several things, the best first; each tells something of its own."""
    if parts := announced_parts(candidates, best):
        return parts
    found = [listed_at(candidates, best)]
    for set_apart in (column, named_in_table, items_below, lines_alike):
        if several := set_apart(candidates, found[0]):
            return several
    if found[0].short is None:
        return found
    for place in _alike(candidates, snapshot, best):
        if len(found) == MOST:
            break
        listed = listed_at(candidates, place)
        if _is_seen(place, best, candidates.evidence) and _is_new(listed, found, candidates):
            found.append(listed)
    return found


def _is_new(listed: Listed, found: Sequence[Listed], candidates: Candidates) -> bool:
    """Whether a sentence names something that neither the question nor a sentence found before names."""
    sentence = candidates.sentences[listed.place]
    said = _words(listed, candidates)
    # Where nearly the whole of a sentence would be the answer, the reader saw no item in it.
    is_vague = 3 * len(said) > 2 * len(fold_to_words(sentence.text)) or len(said) > _LONGEST_ITEM
    if not said or said in fold_to_words(candidates.question) or (is_vague and "、" not in sentence.text):
        return False
    text = fold_to_words(sentence.text)
    return not any(
        said in fold_to_words(candidates.text(other.place)) or _words(other, candidates) in text for other in found
    )


def _words(listed: Listed, candidates: Candidates) -> str:
    body = candidates.body(listed.place)
    return fold_to_words(body[slice(*listed.short)]) if listed.short else ""

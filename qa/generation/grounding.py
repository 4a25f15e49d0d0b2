"""Whether the sentences of a written answer stand in the passages they cite.

Nothing written by a language model is shown as if the bulletin said it unless this finds it there: what is written up
to a reference must follow, clause by clause, from sentences of a passage that the reference names
(`qa/generation/entailment.py`), and what does not is marked. A passage that is merely near is named as a related
report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from embeddings import fold, fold_to_words, share_of_pairs, split_sentences
from qa.answering import render
from qa.generation import vocabulary
from qa.generation.entailment import Placement, Statement, has_words, placements, statements_of
from qa.generation.predicates import begins_predicate, subject_of
from qa.generation.referents import (
    with_age_behind,
    with_kinds_behind,
    with_long_names,
    with_long_subject,
    without_counted,
    without_event,
    without_pronouns,
)
from qa.generation.tokens import Token, by_clause, tokens_of
from qa.generation.wordings import ways_to_say, with_plain_change, with_year_before
from qa.i18n import Words
from qa.types import Passage

_REFERENCE = re.compile(r"[\[［【]\s*(\d{1,2})\s*[\]］】]")
_REFERENCES = r"(?:\s*[\[［【]\s*\d{1,2}\s*[\]］】])+"
# A statement runs up to its references, over sentences that have none; without any, to the end of its line.
_STATEMENT = re.compile(rf"[^\n]*?{_REFERENCES}(?:(?=\w)|[。！？!?；;]*)|[^\n]+|\n")
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]*")
_FORGED = re.compile(r"〔[^〕]*〕?")  # the brackets in which answers say what is and is not borne out
_MOST_CLAUSES = 12  # of a sentence that is held against a passage; one with more is not shown as borne out
_NEAR = 0.6  # of a sentence's neighbouring characters, in a passage that is related to it
_LEAD = re.compile(
    r"^\s*(?:据|根据|按照|依据)?(?P<named>[^，,。：:]{0,24}?)的?(?:公报|报道|文章|报纸|原文|段落\d*|材料|资料|新闻|本报)(?:中|里)?"
    r"(?:报道|记载|显示|提到|指出|称|说|介绍|写道|的)*[，,：:]"
)
_AS_REPORTED = re.compile(r"^\s*(?:据悉|据了解|据报道|据介绍|据此|综上|综上所述|总之|答|回答)[，,：:]")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written up to a reference, without its references.

    `cited` are the numbers of the passages that bear it out, `related` of those that were cited and are merely near.
    """

    text: str
    cited: tuple[int, ...]
    is_supported: bool
    related: tuple[int, ...] = ()


def check(text: str, passages: Sequence[Passage]) -> list[Written]:
    """What a text states, each statement held against the passages it cites; passages are numbered from one.

    A reference stands for everything before it, back to the reference before: if any of it is not borne out, none is
    shown as if it were.
    """
    unforged = _FORGED.sub("", text)
    statements = [match[0] for match in _STATEMENT.finditer(unforged)]
    checked: list[Written] = []
    for statement in statements:
        if fold_to_words(_REFERENCE.sub("", statement)):
            checked.append(_check(statement, passages, before=checked[-1].text if checked else ""))
    return checked


def _check(statement: str, passages: Sequence[Passage], *, before: str) -> Written:
    numbers = dict.fromkeys(int(number) for number in _REFERENCE.findall(statement))
    said = _REFERENCE.sub("", statement).strip()
    known = [number for number in numbers if 1 <= number <= len(passages)]
    bearing = tuple(number for number in known if bears_out(passages[number - 1], said, before=before))
    related = () if bearing else tuple(number for number in known if _is_near(passages[number - 1], said))
    return Written(said, bearing, bool(bearing), related)


def bears_out(passage: Passage, text: str, *, before: str = "") -> bool:
    """Whether a passage says what a text says, each sentence of it clause by clause.

    `before` is what was written just before it, of which a pronoun may speak.

    The clauses of a sentence must follow from one sentence of the passage; another one bears a clause out only where
    it does so from its beginning, so that nobody else is spoken of.
    """
    issued = passage.article.date
    sources = [statements_of(sentences, issued) for sentences in _readings(passage, text)]
    parts = [_without_lead(part, passage) for part in _sentences(text)]
    earlier = [_without_lead(part, passage) for part in _sentences(before)[-1:]]
    for place, part in enumerate(parts):
        previous = [*earlier, *parts[:place]][-1:]
        if previous and _PRONOUN.match(part):
            # Whoever is meant was named in the sentence before, and both must speak of the same one.
            parts[place] = f"{previous[0].rstrip('。！？!?；; ')}，{part}"
    verbatim = _verbatim(passage)
    return bool(parts) and all(
        _as_printed(part) in verbatim
        or any(_follows(said, statements, issued) for said in _wordings(part, passage) for statements in sources)
        for part in parts
    )


def _verbatim(passage: Passage) -> set[str]:
    """The sentences of a passage in folded form, but those that it takes back: whoever copies one says what it says."""
    sentences = [passage.text[start:end] for start, end in split_sentences(passage.text)]
    doubted = [any(sign in sentence for sign in vocabulary.TAKEN_BACK) for sentence in sentences]
    return {
        _as_printed(sentence)
        for place, sentence in enumerate(sentences)
        if not any(doubted[place : place + 2]) and fold_to_words(sentence)
    }


def _as_printed(sentence: str) -> str:
    """A sentence without spaces, quotation marks and its end; with all signs within, which numbers and clauses need."""
    return re.sub(r"[\s“”\"'‘’「」]", "", fold(sentence)).rstrip("。.!?;")


def _readings(passage: Passage, text: str) -> list[list[str]]:
    """The sentences of a passage as they stand, with names for its pronouns, and with the names that a text has."""
    article = passage.article
    sentences = [passage.text[start:end] for start, end in split_sentences(passage.text)]
    named = _with_names(sentences, text, article.heading)
    longer = with_long_names(with_kinds_behind(named, text), text, article.heading)
    readings = [sentences, *(without_pronouns(one, text) for one in (sentences, named, longer))]
    if with_year_before(passage.text) != passage.text:
        dated = with_year_before(passage.text)
        readings.append([dated[start:end] for start, end in split_sentences(dated)])
    if any(with_plain_change(one) != one for one in sentences):
        readings += [[with_plain_change(one) for one in reading] for reading in readings[-2:]]
    readings.append([article.heading, *article.byline.split("\n")])
    return [list(one) for one in dict.fromkeys(map(tuple, readings))]


def _wordings(part: str, passage: Passage) -> list[str]:
    """A sentence that was written, and what it says as well."""
    source = f"{passage.article.heading}\n{passage.text}"
    wordings = [part, with_plain_change(part), *ways_to_say(part)]
    for other in (with_long_subject, without_event, without_counted, with_age_behind):
        wordings += [other(one, source) for one in wordings]
    return list(dict.fromkeys(wordings))


def _sentences(text: str) -> list[str]:
    return [match[0] for match in _SENTENCE.finditer(text) if fold_to_words(match[0])]


def _follows(sentence: str, statements: Sequence[Statement], issued: date | None) -> bool:
    clauses = by_clause(tokens_of(sentence, issued))
    if not 0 < len(clauses) <= _MOST_CLAUSES or not all(_may_be_found(clause, statements) for clause in clauses):
        return False
    takes_back = any(sign in sentence for sign in vocabulary.TAKEN_BACK)
    found: list[list[Placement]] = []
    alone: set[int] = set()  # the clauses that follow by themselves, with the subject of the one before
    subject: list[Token] = []
    is_spoken = False
    for number, clause in enumerate(clauses):
        told = clauses[:number]
        pronoun = bool(number) and clause[0].text in vocabulary.PRONOUNS
        places: list[Placement] = []
        if subject and not is_spoken and (pronoun or begins_predicate(clause)):
            whole = [*subject, *(clause[1:] if pronoun else clause)]
            places = list(placements(whole, statements, takes_back=takes_back))
            if places:
                alone.add(number)
        if not places:
            places = list(placements(clause, statements, told=told, takes_back=takes_back))
        if not places and pronoun and len(clause) > 1:
            places = list(placements(clause[1:], statements, told=told, takes_back=takes_back))
        if not places:
            return False
        found.append(places)
        subject = subject_of(clause) or subject
        is_spoken = is_spoken or _ends_with_speech(clause)
    return _hold_together(found, clauses, alone)


def _may_be_found(clause: Sequence[Token], statements: Sequence[Statement]) -> bool:
    """Whether some sentence has the words of a clause, of which a pronoun at the beginning may be left out."""
    return has_words(clause[1:] if clause[0].text in vocabulary.PRONOUNS else clause, statements)


def _ends_with_speech(clause: Sequence[Token]) -> bool:
    return any(token.text in vocabulary.SPEECH for token in clause[-2:])


_WHEN = vocabulary.word_set("后 时 前 期间 之际 途中")  # at the end of a clause, it says when another came about


def _hold_together(found: Sequence[Sequence[Placement]], clauses: Sequence[Sequence[Token]], alone: Set[int]) -> bool:
    """Whether one placement of each clause can be chosen so that each speaks of what its clause does."""
    told = {(place.sentence, at) for places in found for place in places for at in range(place.first, place.last + 1)}
    spoken = False
    reached: list[Placement] = []
    for number, places in enumerate(found):
        vouched = [place for place in places if all((place.sentence, needed) in told for needed in place.needs)]
        if number and number not in alone:
            vouched = [
                place
                for place in vouched
                if any(
                    _may_follow(before, place, is_spoken=spoken, has_subject=not begins_predicate(clauses[number]))
                    for before in reached
                )
            ]
        if number and clauses[number - 1][-1].text in _WHEN:
            # 通车后，……: what came when is said in one sentence.
            vouched = [place for place in vouched if any(before.origin == place.origin for before in reached)]
        if not vouched:
            return False
        reached = vouched
        spoken = spoken or _ends_with_speech(clauses[number])
    return True


def _may_follow(before: Placement, place: Placement, *, is_spoken: bool, has_subject: bool) -> bool:
    """Whether a clause found at a place may come after one found before.

    One without a subject of its own is said of whoever the clause before speaks of, and so only in its sentence.
    """
    if place.sentence == before.sentence:
        if is_spoken:
            others = {clause for clause in place.speakers if before.last < clause <= place.last}
            return place.first >= before.last and not others
        # After a turned clause another one is spoken of than in the sentence.
        return not before.is_reversed or place.first <= before.last
    return has_subject and place.first == 0 and not is_spoken and not before.is_reversed


_KINDS = "镇乡村县市区校厂站港局院馆桥"
_NAMED_KIND = re.compile(rf"[\u4e00-\u9fff]{{2,3}}[{_KINDS}]")


def _with_names(sentences: Sequence[str], text: str, heading: str) -> list[str]:
    """The sentences with a name that a text has for what they call 全镇, 本村 or 该厂, where they name only one such.

    An article that has two towns may mean either.
    """
    replaced = list(sentences)
    source = "\n".join((heading, *sentences))
    for kind in {name[-1] for name in _NAMED_KIND.findall(text)}:
        called = re.compile(
            rf"(?:全|本|该|这个|这座|这家|这所)(?:{kind})(?![长民委级政街口头下上内外])|(?<![\u4e00-\u9fff]){kind}[里方](?![\d面向])"
            rf"|(?<=[给到在由]){kind}里"
        )
        others = {source[max(0, at.start() - 2) : at.start()] for at in re.finditer(kind, called.sub("，", source))}
        names = [name for name in others if len(name) == 2 and all("\u4e00" <= one <= "\u9fff" for one in name)]
        names = [name for name in names if kind not in name]  # 柳河镇镇长
        if len(names) == 1 and f"{names[0]}{kind}" in text:
            replaced = [called.sub(f"{names[0]}{kind}", sentence) for sentence in replaced]
    return replaced


_PRONOUN = re.compile(r"^\s*[“\"]?(?:[他她它其](?![他余中次实])|该|这)")


def _without_lead(sentence: str, passage: Passage) -> str:
    """A sentence without words that say only where it was read (据9月13日的报道，)."""
    if match := _AS_REPORTED.match(sentence):
        return sentence[match.end() :]
    match = _LEAD.match(sentence)
    if match is None:
        return sentence
    named = fold_to_words(match["named"])
    article = passage.article
    if named and named not in fold_to_words(f"{article.issue.name} {article.heading}"):
        times = tokens_of(match["named"], article.date)
        day = article.date
        for token in times:
            moment = token.moment
            if moment is None or day is None:
                return sentence
            said = ((moment.year, day.year), (moment.month, day.month), (moment.day, day.day))
            if any(mine is not None and mine != theirs for mine, theirs in said) or moment.side or moment.part:
                return sentence
    return sentence[match.end() :]


def _is_near(passage: Passage, text: str) -> bool:
    source = fold_to_words(f"{passage.article.heading} {passage.text}")
    return share_of_pairs(fold_to_words(text), source) >= _NEAR


def shown(sentences: Sequence[Written], passages: Sequence[Passage] = ()) -> Words:
    """The text with references that hold, and a mark where none does, with the titles of related reports."""
    return render.written(
        (sentence.text, sentence.cited, [passages[number - 1].article.title for number in sentence.related if passages])
        for sentence in sentences
    )

"""Answers, passages and articles as HTML. Every text is escaped here, so that it is shown and never obeyed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from embeddings import Issue, find_date
from qa.i18n import Words, as_printed, as_typed, both, day_words, joined, named, words
from qa.i18n import as_html as _text
from qa.types import Answer, Citation, Passage
from qa.web.html.highlight import matching_words
from qa.web.html.timeline import Bar, timeline

Span = tuple[int, int]  # [start, end) in an article's body

UNKNOWN_DATE = words("unknown_date")
UNTITLED = words("untitled")
LOOKS = ("large", "dark")  # what a reader can switch on, by the names that page.js and page.css know
_REFERENCE = re.compile(r"\[(\d+)\]")
_WORDS_SHOWN = 5  # that a passage and the question share
_QUOTED = 3  # of more sources than these, the conversation shows no quotes: they stand beside it
_SHOWN_QUESTION_CHARS = 200  # of a question that was too long to be answered


def masthead(*, issues: int, undated: int, articles: int, first: date | None, last: date | None, model: str) -> str:
    """The name of the page, and what the archive holds: how much, from when to when, and by which model."""
    count = words("issues_undated" if undated else "issues", n=issues, undated=undated)
    holdings = joined(" · ", (count, words("articles", n=articles), day_range(first, last), model))
    looks = "".join(
        f'<button type="button" data-look="{name}" aria-pressed="false">{both(name)}</button>' for name in LOOKS
    )
    return (
        f'<header class="masthead"><h1 lang="zh">公报问答</h1><p class="motto">{both("motto")}</p>'
        f'<p class="holdings">{_text(holdings)}</p><p class="looks">{looks}</p></header>'
    )


def foot() -> str:
    """What stands under the page: the way to the page for other programs."""
    way = f'<a href="./programs" target="_blank" rel="noopener">{both("for_programs")}</a>'
    return f'<p class="foot">{way}</p>'


def issue_label(issue: Issue) -> str:
    """An issue as lists show it: its name, and its date unless the name says it."""
    name, date = issue.name, issue.date
    return name if date is None or find_date(name) == date else f"{name}（{date}）"


def question_bubble(question: str, *, turn: int | None = None) -> str:
    """A question as the conversation shows it; with its place in the conversation, it can be edited."""
    if len(question) > _SHOWN_QUESTION_CHARS:
        question = question[:_SHOWN_QUESTION_CHARS] + "……"
    return f'<div class="asked">{_text(question)}</div>{_doings(turn, "edit")}'


def note_bubble(note: str, *, turn: int | None = None) -> str:
    """A remark that is no answer: still searching, or why a question was not taken."""
    return f'<div class="note">{_text(note)}</div>{_doings(turn, "retry")}'


def answer_bubble(answer: Answer, *, turn: int | None = None, is_last: bool = False) -> str:
    """An answer as the conversation shows it: the text, quotes it does not hold, a line for each source.

    With its place in the conversation, it can be copied and asked for again; the last one can be taken back.
    """
    kind = "said abstained" if answer.abstained else "said"
    numbers = {str(citation.number) for citation in answer.citations}
    text = _REFERENCE.sub(lambda match: _reference(match, numbers), _text(answer.text))
    quotes = "".join(
        f'<blockquote class="quote">{_quote(citation)}</blockquote>'
        for citation in answer.citations
        if citation.quote not in answer.text and len(answer.citations) <= _QUOTED
    )
    listed = len(answer.citations) > _QUOTED  # a long list names its sources itself
    lines = (f'<p class="source">{_source_line(citation)}</p>' for citation in answer.citations if not listed)
    sources = "".join(lines)
    note = f'<p class="taken">{_text(answer.note)}</p>' if answer.note else ""
    doings = _doings(turn, "copy", "retry", *(("undo",) if is_last else ()))
    return f'<div class="{kind}">{text}</div>{quotes}{sources}{note}{doings}'


def suggestions(questions: Sequence[str]) -> str:
    """Questions to go on with, as buttons; "" for none."""
    if not questions:
        return ""
    buttons = "".join(
        f'<button type="button" data-question="{_text(question)}">{_text(question)}</button>' for question in questions
    )
    return f'<nav class="suggestions"{named(words("suggestions"))}><b>{both("suggestions")}</b>{buttons}</nav>'


def widening(label: str) -> str:
    """The button that takes a time off the search; `label` says which."""
    return f'<button type="button" class="widening">{both("only_times", label=label)}</button>'


def evidence(answer: Answer, *, gone: Collection[str] = (), turn: int = 0) -> str:
    """The cards beside an answer, best passage first; after an abstention they are only the nearest articles.

    Passages from the issues in `gone` (ids) are left out; the others keep their ranks. `turn` is the answer's place in
    the conversation. Above the cards of a counted answer stands when the articles were printed.
    """
    if not answer.passages:
        return empty_evidence(both("no_articles"))
    heading = "nearest" if answer.abstained else "evidence"
    asked = answer.taken or answer.question
    cards = "".join(
        passage_card(rank, passage, cited(passage, answer.citations), numbers=_numbers(passage, answer), asked=asked)
        for rank, passage in enumerate(answer.passages, start=1)
        if passage.article.issue_id not in gone
    )
    return (
        f'<section class="evidence" data-turn="{turn}"{named(words(heading))}><h2>{both(heading)}</h2>'
        f'<p class="about">{as_typed(answer.question)}</p>{timeline_view(dict(answer.printed))}{cards}</section>'
    )


def timeline_view(printed: Mapping[date | None, int]) -> str:
    """Articles counted by their days (None: not known), as bars, newest first; "" where they are not of two times."""
    # Of a long one only the beginning is seen at once, and the newest is what most want; issues are listed so, too.
    bars = timeline({day: count for day, count in printed.items() if day})[::-1]
    if len(bars) < 2:
        return ""
    if None in printed:
        bars.append(Bar(UNKNOWN_DATE, printed[None]))
    most = max(bar.count for bar in bars)
    rows = "".join(
        f'<li><span class="time">{_text(bar.label)}</span><span class="measure">{_measure(bar.count, most)}</span>'
        f'<span class="count">{bar.count:,}</span></li>'
        for bar in bars
    )
    heading = words("timeline_heading", n=sum(printed.values()))
    # A long one scrolls, so that a keyboard must reach it.
    return f'<section class="timeline"><h3>{_text(heading)}</h3><ol tabindex="0"{named(heading)}>{rows}</ol></section>'


def empty_evidence(hint: str = "") -> str:
    """The place of the cards while there are none. `hint` is HTML."""
    return f'<section class="evidence empty"><p>{hint or both("empty_evidence")}</p></section>'


def passage_card(
    rank: int, passage: Passage, citation: Citation | None = None, *, numbers: Sequence[int] = (), asked: str = ""
) -> str:
    """One passage with its source. A cited one carries its quote in <mark>. `data-passage` is the rank, from one.

    `numbers` are those of the citations it bears out; `asked` is the question, to say what the two have in common.
    """
    article = passage.article
    quote = _quote_span(citation)
    before = '<span class="cut">……</span>' if passage.start > 0 else ""
    after = '<span class="cut">……</span>' if passage.end < len(article.body) else ""
    body = _paragraphs(article.body, shown=(passage.start, passage.end), quote=quote)
    kind = "card cited" if citation else "card"
    references = "".join(f'<span class="number">[{number}]</span>' for number in numbers)
    return (
        f'<article class="{kind}" data-passage="{rank}" data-cites="{" ".join(map(str, numbers))}">'
        f'<h3>{references}<button type="button" class="open">'
        f"{as_printed(article.title or UNTITLED)}</button></h3>{_details(passage, citation)}"
        f'<div class="passage-text" lang="zh">{before}{body}{after}</div>{_why_found(passage, asked)}</article>'
    )


def article_view(
    passage: Passage, citation: Citation | None = None, *, rank: int = 1, turns: str = "", foot: str = ""
) -> str:
    """The whole article, with the passage set off in place and the quote in <mark>. `rank` is that of its card.

    `turns` and `foot` are HTML: the way to its neighbours, and what stands under it (`qa/web/html/browse.py`).
    """
    article = passage.article
    body = _paragraphs(
        article.body, shown=(0, len(article.body)), quote=_quote_span(citation), passage=(passage.start, passage.end)
    )
    return (
        f'<article class="reading" data-rank="{rank}"><div class="bar">'
        f'<button type="button" class="back" data-back>{both("back")}</button>{turns}</div>'
        f"{_line_of('kicker', article.kicker)}"
        f'<h2 tabindex="-1">{as_printed(article.title or UNTITLED)}</h2>{_line_of("deck", article.deck)}'
        f'{_details(passage, citation)}<div class="body" lang="zh">{body}</div>{foot}</article>'
    )


def cited(passage: Passage, citations: Sequence[Citation]) -> Citation | None:
    """The first citation whose quote stands in a passage, or in the byline of its article."""
    for citation in citations:
        if (citation.article.issue_id, citation.article.id) != (passage.article.issue_id, passage.article.id):
            continue
        if citation.start is None or citation.end is None:
            return citation
        if citation.start < passage.end and passage.start < citation.end:
            return citation
    return None


def mark_quote(text: str, start: int, end: int) -> str:
    """A text, escaped, with `text[start:end]` in <mark>. What lies outside the text is left out of the mark."""
    start, end = max(0, start), min(end, len(text))
    if start >= end:
        return _text(text)
    return f"{_text(text[:start])}<mark>{_text(text[start:end])}</mark>{_text(text[end:])}"


def day(value: date | None) -> Words:
    """A date as the page prints it."""
    return day_words(value) if value else UNKNOWN_DATE


def day_range(first: date | None, last: date | None) -> str:
    """From when to when something is, in figures."""
    days = list(dict.fromkeys(value.isoformat() for value in (first, last) if value))
    return words("held_since", first=days[0], last=days[1]) if len(days) > 1 else "".join(days) or UNKNOWN_DATE


def _measure(count: int, most: int) -> str:
    return f'<i style="width:{100 * count / most:.1f}%"></i>' if count else ""


def _line_of(kind: str, text: str) -> str:
    return f'<p class="{kind}">{as_printed(text)}</p>' if text else ""


def _reference(match: re.Match[str], numbers: set[str]) -> str:
    """The number of a source as a link to its card; `page.js` knows it by its class."""
    if match[1] not in numbers:
        return match[0]
    return f'<sup class="reference"><a class="cite" href="#cite-{match[1]}">{match[0]}</a></sup>'


def _doings(turn: int | None, *names: str) -> str:
    """What can be done with a message. Gradio keeps no attributes but classes, so that `page.js` goes by those."""
    if turn is None:
        return ""
    buttons = "".join(f'<button type="button" class="doing {name} turn-{turn}">{both(name)}</button>' for name in names)
    return f'<div class="doings">{buttons}</div>'


def _numbers(passage: Passage, answer: Answer) -> list[int]:
    """The numbers of the citations that stand in a passage."""
    return [citation.number for citation in answer.citations if cited(passage, [citation])]


def _why_found(passage: Passage, asked: str) -> str:
    """The words that a passage and the question share, and whether their meanings are near."""
    words = matching_words(f"{passage.article.title}\n{passage.text}", asked)[:_WORDS_SHOWN]
    reasons = []
    if words:
        reasons.append(f"{both('words_match')} {'、'.join(f'<i>{_text(word)}</i>' for word in words)}")
    if passage.dense_rank is not None:
        reasons.append(both("meaning_matches"))
    return f'<p class="why">{both("why_found")} {" · ".join(reasons)}</p>' if reasons else ""


def _source_line(citation: Citation) -> str:
    article = citation.article
    parts = (words("titled", title=article.title or UNTITLED), article.issue.name, day(article.date), *_dated(citation))
    return _text(joined(" · ", parts))


def _quote(citation: Citation) -> str:
    """The quote, with the part that answers set off."""
    quote = _text(citation.quote)
    if citation.start is None or citation.short_start is None or citation.short_end is None:
        return quote
    first, last = citation.short_start - citation.start, citation.short_end - citation.start
    before, short, after = citation.quote[:first], citation.quote[first:last], citation.quote[last:]
    return f"{_text(before)}<strong>{_text(short)}</strong>{_text(after)}"


def _dated(citation: Citation) -> list[str]:
    """The days that the quote names without their year, each with it."""
    said = {}
    for mention in citation.days:
        printed = citation.article.body[mention.start : mention.end]
        if find_date(printed) is None:
            days = list(dict.fromkeys((day(mention.first), day(mention.last))))
            meant = words("held_since", first=days[0], last=days[1]) if len(days) > 1 else days[0]
            said[printed] = words("printed_means", printed=printed, days=meant)
    return list(said.values())


def _quote_span(citation: Citation | None) -> Span | None:
    if citation is None or citation.start is None or citation.end is None:
        return None
    return citation.start, citation.end


def _details(passage: Passage, citation: Citation | None) -> str:
    """Date, issue, section and byline, on a line; a quoted byline is marked."""
    article = passage.article
    iso = f' datetime="{article.date.isoformat()}"' if article.date else ""
    parts = [f"<time{iso}>{_text(day(article.date))}</time>", f"<span>{as_printed(article.issue.name)}</span>"]
    if article.section:
        parts.append(f'<span class="section">{as_printed(article.section)}</span>')
    if article.byline:
        byline = _text(article.byline)
        if citation and citation.start is None:
            at = article.byline.find(citation.quote)
            byline = mark_quote(article.byline, at, at + len(citation.quote)) if at >= 0 else byline
        parts.append(f'<span class="byline" lang="zh">{byline}</span>')
    return f'<p class="details">{"<i> · </i>".join(parts)}</p>'


def _paragraphs(body: str, *, shown: Span, quote: Span | None, passage: Span | None = None) -> str:
    """`body[shown]` with each line as a paragraph; the quote is marked, and the passage set off, where they stand.

    A quote may run over the end of a line, and <mark> must not, so each line is marked for itself.
    """
    first, last = shown
    lines, start = [], first
    for line in body[first:last].split("\n"):
        if line.strip():
            lines.append(f"<p>{_line(body, (start, start + len(line)), quote, passage)}</p>")
        start += len(line) + 1
    return "".join(lines)


def _line(body: str, line: Span, quote: Span | None, passage: Span | None) -> str:
    inside = _common(line, passage)
    if inside is None:
        return _marked(body, line, quote)
    before, after = (line[0], inside[0]), (inside[1], line[1])
    set_off = f'<span class="passage">{_marked(body, inside, quote)}</span>'
    return f"{_marked(body, before, quote)}{set_off}{_marked(body, after, quote)}"


def _marked(body: str, span: Span, quote: Span | None) -> str:
    start, end = quote or (0, 0)
    return mark_quote(body[span[0] : span[1]], start - span[0], end - span[0])


def _common(one: Span, other: Span | None) -> Span | None:
    if other is None:
        return None
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None

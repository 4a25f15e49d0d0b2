"""Answers, passages and articles as HTML."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from operator import itemgetter

from markupsafe import Markup, escape

from embeddings import Issue, find_date
from qa.i18n import Words, day_words, joined, words
from qa.types import Answer, AnswerKind, Citation, Passage
from qa.web.html.highlight import TextSpan, matching_words
from qa.web.html.templates import render
from qa.web.html.timeline import Bar, timeline

UNKNOWN_DATE = words("unknown_date")
UNTITLED = words("untitled")
LOOKS = ("large", "dark")  # what a user can switch on, by the names that page.js and page.css know
_REFERENCE = re.compile(r"\[(\d+)\]")
_WORDS_SHOWN = 5  # that a passage and the question share
_OF_TIME = re.compile(r"[\d.,年月日号时点分]+")  # figures and words of time stand everywhere
_SET_OFF = 0.8  # of an article; a longer passage is not set off in it
_QUOTED = 3  # of more sources than these, the conversation shows no quotes: they stand beside it
_NOTHING = Markup()
# Why there are no articles beside an answer, where they were not looked for.
_WITHOUT_ARTICLES = {AnswerKind.STANDARD: "newsroom_no_articles", AnswerKind.DECLINED: "newsroom_declines"}
Quote = tuple[int, int, str]  # from where to where in the body it stands, and the numbers of its citations
RankedPassage = tuple[int, Passage, list[int]]  # its rank, from one, and the numbers of the citations that stand in it
_SHOWN_QUESTION_CHARS = 200  # of a question that was too long to be answered


def masthead(*, issues: int, articles: int, first: date | None, last: date | None) -> Markup:
    """The name of the page, and what the archive holds: how much, and from when to when."""
    count = words("articles", n=articles)
    return render(
        "answers",
        "masthead",
        issues=words("issues", n=issues),
        articles=count,
        days=day_range(first, last),
        looks=LOOKS,
    )


def foot() -> Markup:
    """What stands under the page: what to do with the conversation, and the way to the page for other programs."""
    return render("answers", "foot")


def issue_label(issue: Issue) -> str:
    """An issue as lists show it: its name, and its date unless the name says it."""
    name, date = issue.name, issue.date
    return name if date is None or find_date(name) == date else f"{name}（{date}）"


def question_bubble(question: str, *, turn: int | None = None) -> Markup:
    """A question as the conversation shows it; with its place in the conversation, it can be edited."""
    if len(question) > _SHOWN_QUESTION_CHARS:
        question = question[:_SHOWN_QUESTION_CHARS] + "……"
    return render("answers", "question", text=question, turn=turn)


def note_bubble(note: str, *, turn: int | None = None, is_waiting: bool = False) -> Markup:
    """A remark that is no answer: still searching (`is_waiting`), or why a question was not taken."""
    return render("answers", "note", text=note, turn=turn, is_waiting=is_waiting)


def answer_bubble(answer: Answer, *, turn: int | None = None, is_last: bool = False) -> Markup:
    """An answer as the conversation shows it: the text, quotes it does not hold, a line for each source.

    With its place in the conversation, it can be copied and asked for again; the last one can be taken back.
    """
    is_listed = len(answer.citations) > _QUOTED  # a long list names its sources itself
    shown = () if is_listed else answer.citations
    return render(
        "answers",
        "answer",
        kind="said abstained" if answer.abstained else "said",
        mark=words("newsroom_word") if answer.kind is AnswerKind.STANDARD else "",
        text=_referring(answer),
        quotes=[_quote(citation) for citation in shown if citation.quote not in answer.text],
        sources=[_source_line(citation) for citation in shown],
        note=answer.note,
        turn=turn,
        names=("copy", "speak", "share", "retry", *(("undo",) if is_last else ())),
    )


def suggestions(questions: Sequence[str]) -> Markup:
    """Questions to go on with, as buttons; "" for none."""
    return render("answers", "suggestions", questions=questions) if questions else Markup()


def widening(label: str) -> Markup:
    """The button that takes a time off the search; `label` says which."""
    return render("answers", "widening", label=label)


def evidence(answer: Answer, *, gone: Collection[str] = (), turn: int = 0) -> Markup:
    """The cards beside an answer, a card an article: those cited in the order of their numbers, the others folded away.

    After an abstention they are only the nearest articles, and those that the answer does not name are folded away.
    Passages from the issues in `gone` (ids) are left out; the others keep their ranks. `turn` is the answer's place in
    the conversation. Above the cards of a counted answer stands when the articles were printed.
    """
    if not answer.passages:
        return empty_evidence(words(_WITHOUT_ARTICLES.get(answer.kind, "no_articles")))
    shown, folded = _cards(answer, gone)
    return render(
        "answers",
        "evidence",
        heading="nearest" if answer.abstained else "evidence",
        question=answer.question,
        turn=turn,
        timeline=timeline_view(dict(answer.printed)),
        cards=shown,
        folded=folded,
    )


def _cards(answer: Answer, gone: Collection[str]) -> tuple[list[Markup], list[Markup]]:
    """The cards of the articles that an answer cites or names, and those of the others."""
    of_articles: dict[tuple[str, str], list[RankedPassage]] = {}
    for rank, passage in enumerate(answer.passages, start=1):
        if passage.article.issue_id not in gone:
            key = (passage.article.issue_id, passage.article.id)
            of_articles.setdefault(key, []).append((rank, passage, _numbers(passage, answer)))
    shown: list[tuple[int, Markup]] = []
    folded: list[Markup] = []
    asked = answer.taken or answer.question
    for passages in of_articles.values():
        numbers = sorted({number for _, _, found in passages for number in found})
        card = article_card(passages, answer.citations, numbers=numbers, asked=asked)
        is_named = answer.abstained and words("titled", title=passages[0][1].article.title) in answer.text
        if numbers or is_named:
            shown.append((numbers[0] if numbers else len(answer.citations) + 1, card))
        else:
            folded.append(card)
    return [card for _, card in sorted(shown, key=itemgetter(0))], folded


def timeline_view(printed: Mapping[date | None, int]) -> Markup:
    """Articles counted by their days (None: not known), as bars, newest first; "" where they are not of two times."""
    # Of a long one only the beginning is seen at once, and the newest is what most want; issues are listed so, too.
    bars = timeline({day: count for day, count in printed.items() if day})[::-1]
    if len(bars) < 2:
        return Markup()
    if None in printed:
        bars.append(Bar(UNKNOWN_DATE, printed[None]))
    heading = words("timeline_heading", n=sum(printed.values()))
    return render("answers", "timeline", heading=heading, bars=bars, most=max(bar.count for bar in bars))


def empty_evidence(hint: str = "") -> Markup:
    """The place of the cards while there are none."""
    return render("answers", "empty_evidence", hint=hint or words("empty_evidence"))


def article_card(
    passages: Sequence[RankedPassage], citations: Sequence[Citation], *, numbers: Sequence[int] = (), asked: str = ""
) -> Markup:
    """The passages of one article with their source: those that are cited, each quote once, else the best one.

    Each passage comes with its rank, from one, and the numbers of the citations that it bears out; `numbers` are all
    of them. `data-passage` is the rank of the first that is shown. `asked` is the question, to say what the two have
    in common. Quotes stand in <mark>, with their numbers.
    """
    shown = _bearing_out(passages) or passages[:1]
    rank, passage, _ = shown[0]
    article, citation = passage.article, cited(passage, citations)
    texts = [
        passage_text(
            _paragraphs(article.body, shown=(one.start, one.end), quotes=_quotes(one, citations)),
            (one.start, one.end),
            of=article.body,
        )
        for _, one, _ in shown
    ]
    return render(
        "answers",
        "card",
        rank=rank,
        title=article.title or UNTITLED,
        details=_details(passage, citation),
        text=Markup().join(texts),
        numbers=numbers,
        is_cited=citation is not None,
        reasons=_why_found(passage, asked),
    )


def passage_text(text: Markup, span: TextSpan, *, of: str) -> Markup:
    """A passage, `of[span]` as HTML, with marks where the article is cut."""
    start, end = span
    return render("answers", "passage_text", text=text, is_cut_before=start > 0, is_cut_after=end < len(of))


def article_view(
    passage: Passage,
    citation: Citation | None = None,
    *,
    rank: int = 1,
    turns: Markup = _NOTHING,
    foot: Markup = _NOTHING,
) -> Markup:
    """The whole article, with the passage set off in place and the quote in <mark>. `rank` is that of its card.

    `turns` and `foot` are the way to its neighbours, and what stands under it (`qa/web/html/browse.py`).
    """
    article = passage.article
    # What is set off is to stand out: a passage that is nearly all of the article does not.
    is_part = passage.end - passage.start < _SET_OFF * len(article.body)
    body = _paragraphs(
        article.body,
        shown=(0, len(article.body)),
        quotes=_quotes(passage, (citation,) if citation else ()),
        passage=(passage.start, passage.end) if is_part else None,
    )
    return render(
        "answers",
        "article",
        rank=rank,
        article=article,
        title=article.title or UNTITLED,
        details=_details(passage, citation),
        body=body,
        turns=turns,
        foot=foot,
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


def mark_quote(text: str, start: int, end: int) -> Markup:
    """A text, escaped, with `text[start:end]` in <mark>. What lies outside the text is left out of the mark."""
    start, end = max(0, start), min(end, len(text))
    if start >= end:
        return escape(text)
    return Markup("{}<mark>{}</mark>{}").format(text[:start], text[start:end], text[end:])


def day(value: date | None) -> Words:
    """A date as the page prints it."""
    return day_words(value) if value else UNKNOWN_DATE


def day_range(first: date | None, last: date | None) -> str:
    """From when to when something is, in figures."""
    days = list(dict.fromkeys(value.isoformat() for value in (first, last) if value))
    return words("held_since", first=days[0], last=days[1]) if len(days) > 1 else "".join(days) or UNKNOWN_DATE


def _referring(answer: Answer) -> Markup:
    """The text of an answer, the number of each source a link to its card; `page.js` knows it by its class."""
    numbers = {str(citation.number) for citation in answer.citations}
    link = Markup('<sup class="reference"><a class="cite" href="#cite-{0}">[{0}]</a></sup>')

    def reference(match: re.Match[str]) -> str:
        return link.format(match[1]) if match[1] in numbers else match[0]

    # The text is escaped first, so that what is put into it are these links alone.
    return Markup(_REFERENCE.sub(reference, escape(answer.text)))


def _numbers(passage: Passage, answer: Answer) -> list[int]:
    """The numbers of the citations that stand in a passage."""
    return [citation.number for citation in answer.citations if cited(passage, [citation])]


def _why_found(passage: Passage, asked: str) -> Markup:
    """The words that a passage and the question share, and whether their meanings are near."""
    shared = matching_words(f"{passage.article.title}\n{passage.text}", asked)
    telling = [word for word in shared if len(word) > 1 and not _OF_TIME.fullmatch(word)][:_WORDS_SHOWN]
    return render("answers", "reasons", words_shared=telling, is_near=not telling and passage.dense_rank is not None)


def _source_line(citation: Citation) -> Words:
    article = citation.article
    parts = (words("titled", title=article.title or UNTITLED), article.issue.name, day(article.date), *_dated(citation))
    return joined(" · ", parts)


def _quote(citation: Citation) -> Markup:
    """The quote, with the part that answers set off."""
    if citation.start is None or citation.short_start is None or citation.short_end is None:
        return escape(citation.quote)
    first, last = citation.short_start - citation.start, citation.short_end - citation.start
    before, short, after = citation.quote[:first], citation.quote[first:last], citation.quote[last:]
    return Markup("{}<strong>{}</strong>{}").format(before, short, after)


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


def _bearing_out(passages: Sequence[RankedPassage]) -> list[RankedPassage]:
    """The passages that are cited, without those all of whose quotes stand in better ones: they tell it once more."""
    told: set[int] = set()
    shown: list[RankedPassage] = []
    for one in passages:
        if not told.issuperset(one[2]):
            shown.append(one)
            told.update(one[2])
    return shown


def _quotes(passage: Passage, citations: Sequence[Citation]) -> list[Quote]:
    """Where the quotes stand that a passage bears out, in their order; those that overlap are one."""
    spans = [
        (one.start, one.end, str(one.number))
        for one in citations
        if one.start is not None and one.end is not None and cited(passage, [one])
    ]
    found: list[Quote] = []
    for start, end, number in sorted(spans):
        if found and start < found[-1][1]:
            first, last, numbers = found.pop()
            found.append((first, max(last, end), f"{numbers} {number}"))
        else:
            found.append((start, end, number))
    return found


def _details(passage: Passage, citation: Citation | None) -> Markup:
    """Date, issue, section and byline, on a line; a quoted byline is marked."""
    article = passage.article
    byline = escape(article.byline)
    if citation and citation.start is None:
        at = article.byline.find(citation.quote)
        byline = mark_quote(article.byline, at, at + len(citation.quote)) if at >= 0 else byline
    return render("answers", "details", article=article, day=day(article.date), byline=byline)


def _paragraphs(body: str, *, shown: TextSpan, quotes: Sequence[Quote], passage: TextSpan | None = None) -> Markup:
    """`body[shown]` with each line as a paragraph; quotes are marked, and the passage set off, where they stand.

    A quote may run over the end of a line, and <mark> must not, so each line is marked for itself.
    """
    first, last = shown
    lines, start = [], first
    for line in body[first:last].split("\n"):
        if line.strip():
            lines.append(Markup("<p>{}</p>").format(_line(body, (start, start + len(line)), quotes, passage)))
        start += len(line) + 1
    return Markup().join(lines)


def _line(body: str, line: TextSpan, quotes: Sequence[Quote], passage: TextSpan | None) -> Markup:
    inside = _common(line, passage)
    if inside is None:
        return _marked(body, line, quotes)
    before, after = (line[0], inside[0]), (inside[1], line[1])
    spans = (_marked(body, span, quotes) for span in (before, inside, after))
    return Markup('{}<span class="passage">{}</span>{}').format(*spans)


def _marked(body: str, span: TextSpan, quotes: Sequence[Quote]) -> Markup:
    marked, at = Markup(), span[0]
    for start, end, numbers in quotes:
        if inside := _common(span, (start, end)):
            quote = body[slice(*inside)]
            marked += Markup('{}<mark data-cites="{}">{}</mark>').format(body[at : inside[0]], numbers, quote)
            at = inside[1]
    return marked + escape(body[at : span[1]])


def _common(one: TextSpan, other: TextSpan | None) -> TextSpan | None:
    if other is None:
        return None
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None

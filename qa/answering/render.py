"""What an answer says: its parts → a text in both languages.

The one place where texts of answers, and the notes to them, are put together. Each function takes the parts of one kind
of answer: what is quoted, counts, articles, the label of a time. Quotes, titles and names stay as they are printed; the
phrases around them are in `qa/i18n/answers.py`. `said_in` takes one language out of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from embeddings import Article, BulletinError, Issue
from qa.i18n import Words, changed, day_words, doubled_verb_words, joined, words
from qa.i18n.errors import explain
from qa.query.intents.inventory import Inventory
from qa.query.intents.smalltalk import Reply
from qa.query.intents.yes_no import Verb
from qa.query.lacks import Lacks
from qa.query.question import Asks
from qa.query.times import find_times
from qa.types import Citation, Passage, Scope

_NEAREST = 3
_SHOWN_QUESTION_CHARS = 40
_REFERENCE = re.compile(r"\s*\[\d+\]")


# What the bulletin does not say, and what was no question to it.


def reply(to: Reply) -> Words:
    """What is said to a greeting, to thanks, to an order."""
    return words(f"reply_{to}")


def not_found(question: str, passages: Sequence[Passage], *, instead: Words | None = None) -> Words:
    """That the bulletin does not answer a question, what it says instead (`said_instead`), and what comes nearest."""
    asked = question.rstrip("？?。.！! ")
    shown = asked if len(asked) <= _SHOWN_QUESTION_CHARS else f"{asked[:_SHOWN_QUESTION_CHARS]}……"
    nearest = _nearest_articles(passages) or ("" if instead else words("nothing_near"))
    return words("answer_not_found", asked=shown, nearest=joined("", (instead or "", nearest)))


def said_instead(article: Article, said: str, lacks: Lacks | None) -> Words:
    """What an article says, and what it does not say of that; None where that cannot be told for sure."""
    where = words("titled", title=article.title) if article.title else words("an_article")
    if lacks is None:
        return words("told_in_doubt", where=where, said=said)
    return words("told_instead", where=where, said=said, what=words(f"asked_{lacks}"))


def nothing_left() -> Words:
    """That the filters leave no article."""
    return words("nothing_left")


def empty_archive() -> Words:
    """That there is no article at all."""
    return words("archive_holds_nothing")


def asked_of_article(title: str) -> str:
    """The question that an article is summed up by; a name inside its title is in single marks."""
    return words("titled", title=title) + "讲了什么？"


def nothing_more() -> Words:
    """That nothing else is said of a matter."""
    return words("nothing_more")


def nothing_then(scope: Scope, passages: Sequence[Passage]) -> Words:
    """That there is no article of a time, and what is nearest at other times."""
    nearest = _nearest_articles(passages)
    elsewhere = words("nothing_then_but", nearest=nearest) if nearest else ""
    return words("nothing_then", label=scope.label, words=scope.words, nearest=elsewhere)


def _nearest_articles(passages: Sequence[Passage]) -> str:
    """A sentence that names the first few articles; "" for none with a title."""
    found = dict.fromkeys(passage.article.title for passage in passages if passage.article.title)
    titles = [words("titled", title=title) for title in list(found)[:_NEAREST]]
    return words("nearest_articles", titles=joined(words("enumerates"), titles)) if titles else ""


# What was found.


_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]")
_EVERY_WEEK = re.compile(r"每|闭|开放|营业|门诊|坐诊|出诊|休|值班|停止|受理")


def found(citations: Sequence[Citation], asks: Asks) -> Words:
    """The short answer; where issues differ, each one's with its date, the newest first."""
    if len(citations) == 1:
        citation = citations[0]
        return joined("", (_with_day(citation) if asks is Asks.WHEN else citation.short or citation.quote, "[1]"))
    newest_first = sorted(citations, key=lambda citation: citation.article.date or date.min, reverse=True)
    return joined(
        "\n",
        (
            words("told_on", day=day_words(day), short=citation.short, number=citation.number)
            for citation in newest_first
            if (day := citation.article.date)
        ),
    )


def _with_day(citation: Citation) -> str:
    """The words that say when, with the days they mean where they count from their issue (去年, 今年5月, 上周三)."""
    said, issued = citation.short or citation.quote, citation.article.date
    if _WEEKDAY.fullmatch(citation.short) and _EVERY_WEEK.search(citation.quote):
        return said
    times = find_times(citation.short, today=issued) if issued else []
    if len(times) != 1 or not times[0].is_relative:
        return said
    return words("told_with_day", said=said, label=times[0].period.label)


def shorts(citations: Sequence[Citation]) -> Words:
    """The part of each quote that answers, a line each."""
    return joined("\n", (f"{citation.short}[{citation.number}]" for citation in citations))


def quotes(citations: Sequence[Citation], *, separator: str = "\n") -> Words:
    """Each quote with its number."""
    return joined(separator, (_quoted(citation) for citation in citations))


def names(people: Sequence[str], citations: Sequence[Citation]) -> Words:
    """Names, and the numbers of the quotes that have them."""
    numbers = "".join(f"[{citation.number}]" for citation in citations)
    return joined("", (joined(words("enumerates"), people), numbers))


def yes_or_no(verb: Verb, yes: bool | None, citation: Citation, *, act: str = "") -> Words:
    """Yes or no in the word of the question, or that the text does not settle it (None), and the quote.

    `act` is the verb itself, where the answer has it (开不开: 不开).
    """
    if yes is None:
        lead = words("unsettled")
    elif act:
        lead = doubled_verb_words(act, yes=yes, is_past=verb is Verb.DID)
    else:
        lead = words(f"{'yes' if yes else 'no'}_{verb}")
    return joined("", (lead, _quoted(citation)))


def _quoted(citation: Citation) -> str:
    return f"{citation.quote}[{citation.number}]"


# What was put together of several.


def chosen(name: str, citations: Sequence[Citation]) -> Words:
    """Which of two it is, and the quotes that tell."""
    return joined("", (words("choice_of", name=name), quotes(citations, separator="")))


def beside(labels: Sequence[str], citations: Sequence[Citation]) -> Words:
    """A quote on each of several things, behind its name."""
    return joined(
        "\n",
        (
            words("compared", label=label, said=citation.quote, number=citation.number)
            for label, citation in zip(labels, citations, strict=True)
        ),
    )


def compared(topic: str, told: Iterable[tuple[str, str, int]]) -> Words:
    """What was found at each of several times: label, what it says ("" for nothing), the number of its quote."""
    return joined(
        "\n",
        (
            words("compared", label=label, said=said, number=number)
            if said
            else words("compared_not_found", label=label, topic=topic)
            for label, said, number in told
        ),
    )


def parts(told: Iterable[tuple[str, str, int]]) -> Words:
    """The answer to each part of a question: the part, what is said ("" for nothing), the number of its quote."""
    return joined(
        "\n",
        (
            words("part", part=part, said=joined("", (said, f"[{number}]")) if said else words("part_missing"))
            for part, said, number in told
        ),
    )


def without_numbers(text: str) -> Words:
    """The text of an answer without the numbers of its quotes."""
    return changed(text, lambda said: _REFERENCE.sub("", said))


# What was counted or listed.


def article_count(n: int, *, phrase: str, within: str) -> Words:
    """How many articles there are (that have a phrase), behind which they are listed; `within` is the time meant."""
    key = "count_articles_with" if phrase else "count_articles"
    return words(key, n=n, phrase=phrase, within=_within(within))


def issue_count(n: int, *, phrase: str, within: str) -> Words:
    """How many issues there are (that have a phrase), behind which they are listed; `within` is the time meant."""
    key = "count_issues_with" if phrase else "count_issues"
    return words(key, n=n, phrase=phrase, within=_within(within))


def no_articles(*, phrase: str, within: str) -> Words:
    """That no article (that has a phrase) is there."""
    return words("count_none_with" if phrase else "count_none", phrase=phrase, within=_within(within))


def headline(*, within: str) -> Words:
    """What stands before the first article."""
    return words("headline_within", within=_within(within)) if within else words("headline")


def listed(head: str, lines: Iterable[str], *, left_out: int) -> Words:
    """A list under its head, and how many are not listed."""
    return joined("\n", (head, *lines, words("count_more", n=left_out) if left_out else ""))


def article_line(citation: Citation) -> Words:
    """An article by title and issue."""
    return words("listed_article", **_named(citation))


def issue_line(citation: Citation) -> Words:
    """An issue, and the title of an article in it."""
    return words("listed_issue", **_named(citation))


def quote_line(citation: Citation) -> Words:
    """An article's title, and what is quoted of it."""
    return words("listed_quote", quote=citation.quote, **_named(citation))


def overview(
    topic: str,
    citations: Sequence[Citation],
    *,
    n: int,
    left_out: int,
    people: Sequence[str],
    numbers: Sequence[str],
    asked_next: Sequence[str] = (),
    within: str,
) -> Words:
    """What there is on a topic: `n` articles, some quoted, and which people and numbers are named in these."""
    return joined(
        "\n",
        (
            words("overview_head", within=_within(within), n=n, topic=topic),
            *(_overview_line(citation) for citation in citations),
            words("overview_more", n=left_out) if left_out else "",
            words("overview_people", names=joined(words("enumerates"), people)) if people else "",
            words("overview_numbers", numbers=joined(words("enumerates"), numbers)) if numbers else "",
            words("overview_next", questions=" ".join(asked_next)) if asked_next else "",
        ),
    )


def course(topic: str, citations: Sequence[Citation], *, within: str) -> Words:
    """How something went, an article a line, oldest first."""
    head = words("course_head", within=_within(within), n=len(citations), topic=topic)
    return joined("\n", (head, *(_overview_line(citation) for citation in citations)))


def _overview_line(citation: Citation) -> Words:
    day = citation.article.date
    named = {**_named(citation), "quote": citation.quote}
    return words("overview_line", day=day_words(day), **named) if day else words("overview_line_undated", **named)


def authored(name: str, citations: Sequence[Citation], *, articles: int, pictures: int, within: str) -> Words:
    """The articles and pictures whose byline has a name: how many, and which."""
    written = words("authored_head", within=_within(within), n=articles, name=name) if articles else ""
    # The time is told once.
    left = "" if articles else within
    drawn = words("authored_pictures", within=_within(left), n=pictures, name=name) if pictures else ""
    if written and drawn:
        head = words("authored_both", articles=written, pictures=drawn)
    else:
        head = words("authored_one", counted=written or drawn)
    return joined("\n", (head, *(article_line(citation) for citation in citations)))


def summary(article: Article, citations: Sequence[Citation]) -> Words:
    """An article by title and issue, and what is quoted of it."""
    head = words("summary_head", title=title_of(article), issue=issue_label(article.issue))
    return joined("\n", (head, quotes(citations, separator="")))


def inventory_issue(asked: Inventory, issue: Issue, citations: Sequence[Citation], *, n: int) -> Words:
    """The newest or oldest issue with its `n` articles, as far as they are cited."""
    head = words(f"inventory_{asked}", issue=issue_label(issue), n=n)
    lines = (words("listed_title", title=title_of(one.article), number=one.number) for one in citations)
    return joined("\n", (head, *lines))


def inventory_range(oldest: Issue, newest: Issue, *, issues: int, articles: int) -> Words:
    """From which issue to which the archive goes, and how much it holds."""
    ends = {"oldest": issue_label(oldest), "newest": issue_label(newest)}
    return words("inventory_range", issues=issues, articles=articles, **ends)


def inventory_sections(sections: Sequence[str]) -> Words:
    """Which sections there are."""
    return words("inventory_sections", n=len(sections), sections=joined(words("enumerates"), sections))


def _named(citation: Citation) -> dict[str, object]:
    article = citation.article
    return {"title": title_of(article), "issue": issue_label(article.issue), "number": citation.number}


def _within(label: str) -> str:
    return words("within", label=label) if label else ""


def issue_label(issue: Issue) -> str:
    """An issue by its name and its day."""
    day = day_words(issue.date) if issue.date else words("unknown_date")
    return issue.name if day in issue.name else words("issue_dated", name=issue.name, day=day)


def title_of(article: Article) -> str:
    """An article's title; that of a picture without one."""
    return article.title or words("picture")


# How a question was taken, and what a language model did.


def cut(asked: str) -> Words:
    """That a long question was shortened."""
    return words("question_cut", asked=asked)


def respelled(replaced: Iterable[tuple[str, str]]) -> Words:
    """What was typed, and what was looked for in its stead."""
    said = (words("respelled", typed=typed, printed=printed) for typed, printed in replaced)
    return words("respelled_all", said=joined(words("enumerates"), said))


def taken_as(question: str) -> Words:
    """What a question means after the one before it."""
    return words("taken_as", taken=question)


def narrowed(scope: Scope) -> Words:
    """The issues that a question named."""
    return words("narrowed", words=scope.words, label=scope.label)


def filter_dropped(scope: Scope) -> Words:
    """That the issues that a question named have no answer, and all were searched."""
    return words("filter_dropped", words=scope.words, label=scope.label)


def notes(*said: str) -> Words:
    """Several notes one after the other."""
    return joined("", said)


def being_checked() -> Words:
    """That what a language model writes is not checked yet."""
    return words("checking_sources")


def written_by(name: str) -> Words:
    """Which language model wrote an answer."""
    return words("written_by", name=name)


def not_written(error: BulletinError) -> Words:
    """Why a language model wrote none."""
    return words("not_written", reason=explain(error))


def written(statements: Iterable[tuple[str, Sequence[int], Sequence[str]]]) -> Words:
    """The statements of a language model, each with the numbers of what bears it out, or the mark that nothing does.

    The third of each are the titles of reports that are related to a statement that nothing bears out.
    """
    return joined("", (joined("", (text, _source(numbers, titles))) for text, numbers, titles in statements))


def _source(numbers: Sequence[int], titles: Sequence[str]) -> str:
    if numbers:
        return "".join(f"[{number}]" for number in numbers)
    if not titles:
        return words("unsupported")
    quoted = joined(words("enumerates"), (words("titled", title=title) for title in titles))
    return joined("", (words("unsupported"), words("related", titles=quoted)))

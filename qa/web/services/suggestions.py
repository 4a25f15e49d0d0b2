"""Questions that an archive answers, made from its own articles, to show a user what can be asked.

Chinese asks in place: put 多少 where a number stands, or 什么时候 for a date, and the statement asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from embeddings import Article, split_sentences
from qa.assistant import Assistant
from qa.i18n import words as said
from qa.types import Answer

_EXAMPLES = 4
_EXAMPLES_TRIED = 28
_NEXT = 3
_NEXT_TRIED = 5  # each costs as much as a user's question
_NEXT_ARTICLES = 3
_WHO_WROTE = "是谁写的？"
_ASKED = re.compile("什么时候|多少")
_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:上午|中午|下午|晚上?|凌晨)?")
_AMOUNT = re.compile(r"(?<![第\d.])\d+(?:\.\d+)?[多余]?[万亿]*(?=[个名位人户家棵辆场次项条件例处册篇吨亩米元头座幅所])")
_CLAUSE = re.compile(r"[^，,。；;！？!?：:\s]+")
_LEANS_ON_CONTEXT = re.compile(r"^(?:[他她它这那其该此另并还也到至全共比当]|同时|目前|截至|去年|今年)|[“”‘’（）]")
_LEADS_ON = re.compile(r"(?:显示|表示|介绍|指出|认为|[说称讲])$")
_SIGNED = re.compile(r"记者|通讯员|文/图|图/文")
_DIGIT = re.compile(r"\d")
_LONGEST_CLAUSE = 30
_LEAST_LEFT = 5  # characters beside the number, to say what it is about
_LONGEST_TAIL = 7  # a number further from the end is seldom what its clause is about


def answered_examples(assistant: Assistant) -> list[str]:
    """A few questions that the archive answers from the article they were made of, the newest issues taking turns."""
    with assistant.archive.snapshot() as snapshot:
        names = [entry.issue.id for entry in snapshot.issues()[:_EXAMPLES]]
        issues = [issue.articles for name in names for issue in snapshot.read_issue(name)]
    turns = [iter(_best_first(articles)) for articles in issues]
    found: list[str] = []
    tried = 0
    while turns and len(found) < _EXAMPLES:
        turn = turns.pop(0)
        for question, article in turn:
            tried += 1
            if tried > _EXAMPLES_TRIED:
                return found
            if _asks_amount(question) and sum(map(_asks_amount, found)) >= _EXAMPLES // 2:
                continue  # a list of 多少 would look as if nothing else could be asked
            if question not in found and _answers(assistant, question, article):
                found.append(question)
                turns.append(turn)
                break
    return found


def next_questions(
    assistant: Assistant,
    answer: Answer,
    *,
    asked: Collection[str],
    told: Collection[str] = (),
    gone: Collection[str] = (),
    go_on: Callable[[], bool] = lambda: True,
) -> list[str]:
    """A few questions that the articles which an answer cites or names answer, the articles taking turns.

    What was `asked`, and what the quotes in `told` say, is left out, and so are the articles of the issues in `gone`
    (ids). Who wrote an article is asked once in a conversation. Each is tried out for as long as `go_on`.
    """
    articles = [article for article in _articles_behind(answer) if article.issue_id not in gone][:_NEXT_ARTICLES]
    found: list[str] = []
    quotes = (answer.quote, *told)
    tried = 0
    for question, article in _best_first(articles):
        if len(found) == _NEXT or tried == _NEXT_TRIED or not go_on():
            break
        if question in found or question in asked or any(_says(quote, question) for quote in quotes):
            continue
        if question.endswith(_WHO_WROTE) and any(one.endswith(_WHO_WROTE) for one in (*found, *asked)):
            continue
        tried += 1
        if _answers(assistant, question, article):
            found.append(question)
    return found


def _articles_behind(answer: Answer) -> list[Article]:
    """The articles that an answer cites, or after a refusal names; what is merely near has other facts."""
    cited = [citation.article for citation in answer.citations]
    named = [
        passage.article
        for passage in answer.passages
        if passage.article.title and said("titled", title=passage.article.title) in answer.text
    ]
    return list({(article.issue_id, article.id): article for article in (*cited, *named)}.values())


def _says(quote: str, question: str) -> bool:
    """Whether a quote has said already what a question asks: the words around its asking word stand in it."""
    return bool(quote) and all(part in quote for part in _ASKED.split(question.rstrip("？")) if part)


def _best_first(articles: Sequence[Article]) -> list[tuple[str, Article]]:
    """Each article's best question, then each one's second, ..."""
    ranked = [(kind, place, q) for place, a in enumerate(articles) for kind, q in example_questions(a)]
    return [(question, articles[place]) for _, place, question in sorted(ranked)]


def _asks_amount(question: str) -> bool:
    return "多少" in question


def _answers(assistant: Assistant, question: str, article: Article) -> bool:
    return any(citation.article.id == article.id for citation in assistant.ask(question).citations)


def example_questions(article: Article) -> list[tuple[int, str]]:
    """Questions an article should answer, each after a number: the lower, the likelier to read well.

    Made of its headline (0), of the first clause of a sentence (1), of its byline (2), or of nothing better (3).
    """
    if not article.title:
        return []
    first, *others = [match.group() for match in _CLAUSE.finditer(article.title)] or [article.title]
    found = [(0, ask_in_place(first)), *((0, ask_in_place(other, after=f"{first}，")) for other in others)]
    for start, end in split_sentences(article.body):
        # Later clauses lean on the first one for their subject.
        clause = _CLAUSE.search(article.body, start, end)
        found.append((1, ask_in_place(clause.group()) if clause else ""))
    if _SIGNED.search(article.byline):
        found.append((2, said("titled", title=article.title) + _WHO_WROTE))
    found.append((3, said("titled", title=article.title) + "讲了什么？"))
    return [(kind, question) for kind, question in found if question]


def ask_in_place(clause: str, *, after: str = "") -> str:
    """The question for the one date or amount in a clause; empty when it has none, or would not read well.

    `after` is put before the clause when that says what it is about.
    """
    if len(after + clause) > _LONGEST_CLAUSE or _LEADS_ON.search(clause):
        return ""
    if _LEANS_ON_CONTEXT.search(after or clause):
        return ""
    for pattern, words in ((_DATE, "什么时候"), (_AMOUNT, "多少")):
        if match := pattern.search(clause):
            before, rest = after + clause[: match.start()], clause[match.end() :]
            # A second number would give the clause two things to ask for.
            if len(before + rest) < _LEAST_LEFT or len(rest) > _LONGEST_TAIL or _DIGIT.search(before + rest):
                return ""
            return f"{before}{words}{rest}？"
    return ""

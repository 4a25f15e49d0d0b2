"""The command that prints what there is on a topic, and the one that gives the tools to a program on this machine."""

from __future__ import annotations

import argparse
import contextlib
from importlib.util import find_spec

from embeddings import SourceError
from embeddings.cli.archive import Subparsers, add_common_arguments, print_json
from qa.api.schemas import citation_row, comparison_row, topic_row
from qa.assistant import Assistant
from qa.errors import QuestionCode, QuestionError, ServingCode
from qa.functions import read_filters
from qa.i18n import Language, joined, language_of_question, said_in, words
from qa.topics.names import NameKind
from qa.topics.topic import Topic
from qa.types import Citation

_FILTERS = ("issue", "since", "until", "section")
_MOST_ENTRIES = 1_000_000


def add_topic_commands(commands: Subparsers) -> None:
    """Add topic and mcp to a command line."""
    summary = "what there is on a name, a place, a body or a story: its articles over time, sentences, names beside it"
    parser = commands.add_parser("topic", help=summary, description=summary)
    add_common_arguments(parser)
    parser.add_argument("name", nargs="+", metavar="NAME", help="the topic; several are compared")
    parser.add_argument("--timeline", action="store_true", help="of every article the sentence that says most")
    parser.add_argument("--since", metavar="DATE", help="only articles of this day or later")
    parser.add_argument("--until", metavar="DATE", help="only articles of this day or earlier")
    parser.add_argument("--issue", help="only this issue: its name, file name, or start of its id")
    parser.add_argument("--section", help="only this section")
    parser.set_defaults(run=_topic)
    summary = "give the endpoints as tools to the program that runs this command (MCP by standard input and output)"
    parser = commands.add_parser("mcp", help=summary, description=summary)
    add_common_arguments(parser)
    parser.set_defaults(run=_mcp)


def _topic(arguments: argparse.Namespace) -> int:
    # The model is not loaded: nothing is searched for by meaning.
    topics = Assistant.open(arguments.archive, reader="none").topics
    try:
        filters = read_filters(**{name: getattr(arguments, name) for name in _FILTERS})
        names: list[str] = arguments.name
        if len(names) > 1:
            compared = topics.compare(names, filters=filters)
            if compared is None:
                raise QuestionError(QuestionCode.NO_TOPIC, name=names[0])
            if arguments.json:
                print_json(comparison_row(compared, names))
            else:
                _print_comparison(compared.topics, compared.shared_names, language_of_question(names[0]))
            return 0
        found = topics.topic(names[0], filters=filters)
        if found is None:
            raise QuestionError(QuestionCode.NO_TOPIC, name=names[0])
        entries = topics.timeline(names[0], filters=filters, limit=_MOST_ENTRIES)[1] if arguments.timeline else None
    except QuestionError as error:
        raise SourceError(error.code, **error.params) from error
    if arguments.json:
        timeline = {} if entries is None else {"timeline": [citation_row(one) for one in entries]}
        print_json({**topic_row(found), **timeline})
    else:
        _print_topic(found, found.telling if entries is None else entries, language_of_question(found.name))
    return 0


def _print_topic(topic: Topic, sentences: list[Citation] | tuple[Citation, ...], language: Language) -> None:
    print(said_in(language, _heading(topic)))
    for citation in sentences:
        article = citation.article
        day = article.date.isoformat() if article.date else words("unknown_date")
        print(said_in(language, joined(" · ", [day, article.title or words("caption")])))
        print(f"   {citation.quote}")
    for kind, key in ((NameKind.PERSON, "people"), (NameKind.PLACE, "places"), (NameKind.BODY, "bodies")):
        if named := topic.names(kind):
            listed = "、".join(f"{one.name} {one.articles}" for one in named)
            print(f"{said_in(language, words(f'topic_{key}'))}: {listed}")
    for number in topic.numbers:
        print(f"· {number.clause}")


def _print_comparison(topics: tuple[Topic, ...], shared: tuple[str, ...], language: Language) -> None:
    for topic in topics:
        _print_topic(topic, topic.telling[:2], language)
    if shared:
        print(f"{said_in(language, words('topic_shared'))}: {'、'.join(shared)}")


def _heading(topic: Topic) -> str:
    articles, issues = words("articles", n=len(topic.articles)), words("issues", n=topic.issues)
    return joined(" · ", [topic.name, words("found_size", articles=articles, issues=issues)])


def _mcp(arguments: argparse.Namespace) -> int:
    if find_spec("mcp") is None:
        raise SourceError(ServingCode.NO_MCP)
    from qa.api.endpoints import serve_tools_here

    assistant = Assistant.open(arguments.archive)
    with contextlib.suppress(KeyboardInterrupt):
        serve_tools_here(assistant)
    return 0

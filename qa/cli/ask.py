"""The commands that ask: ask, search, evaluate, feedback, chat, serve. They print; the library under them does not."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from embeddings import Article, Filters, SourceError
from embeddings.cli.archive import EXIT_ERROR, EXIT_PARTIAL, Subparsers, add_common_arguments, print_json
from embeddings.cli.language import spoken
from qa.api.schemas import JsonRow, answer_row, passage_rows
from qa.assistant import DEFAULT_K, Assistant
from qa.cli.feedback import add_feedback_command
from qa.errors import CommandCode, QuestionCode, QuestionError
from qa.functions import read_filters
from qa.i18n import Language, in_language_of, joined, language_of_question, said_in, words
from qa.server.options import add_serving_arguments
from qa.types import Answer, Passage
from qa.web.run import add_arguments
from qa.web.run import run as run_page

if TYPE_CHECKING:
    from qa.evaluation.floors import Floors

_FILTERS = ("issue", "since", "until", "section")


def add_commands(commands: Subparsers) -> None:
    """Add ask, search, evaluate, feedback, chat and serve to a command line."""
    for name, run, summary in (
        ("ask", _ask, "answer a question, or every question in a file"),
        ("search", _search, "print the best passages for a question, or for every question in a file"),
    ):
        parser = commands.add_parser(name, help=summary, description=summary)
        add_common_arguments(parser)
        parser.add_argument("question", nargs="?")
        parser.add_argument("--questions", metavar="FILE", help="JSON Lines with `question` and filters; - reads stdin")
        parser.add_argument("--model", help="fail unless the archive was built with this model")
        parser.add_argument("-k", type=int, default=DEFAULT_K, help=f"passages for a question (default {DEFAULT_K})")
        parser.add_argument("--since", metavar="DATE", help="only articles of this day or later")
        parser.add_argument("--until", metavar="DATE", help="only articles of this day or earlier")
        parser.add_argument("--issue", help="only this issue: its name, file name, or start of its id")
        parser.add_argument("--section", help="only this section")
        parser.set_defaults(run=run)
    _add_evaluate(commands)
    add_feedback_command(commands)
    parser = commands.add_parser("chat", help="open the browser chat", description="open the browser chat")
    add_arguments(parser)
    parser.set_defaults(run=run_page)
    summary = "serve the browser chat to other machines and programs"
    parser = commands.add_parser("serve", help=summary, description=summary)
    add_arguments(parser)
    add_serving_arguments(parser)
    parser.set_defaults(run=run_page)


def _add_evaluate(commands: Subparsers) -> None:
    summary = "measure retrieval, quotes and refusal on questions with known answers"
    parser = commands.add_parser("evaluate", help=summary, description=summary)
    add_common_arguments(parser)
    parser.add_argument("gold", type=Path, metavar="QA.jsonl", help="questions, or the known articles of pages")
    parser.add_argument(
        "--source", type=Path, metavar="PATH", help="measure on an archive made of these issues or passages"
    )
    parser.add_argument(
        "--floors",
        type=Path,
        metavar="FILE",
        help="the least of each measure; fail when one is missed, or measured on something else",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument(
        "--compare",
        action="store_true",
        help="measure dense, lexical and hybrid search, and the reader, side by side with 95 %% bootstrap intervals",
    )
    parser.set_defaults(run=_evaluate)


def _ask(arguments: argparse.Namespace) -> int:
    last: dict[str, Answer] = {}  # by dialogue

    def answer(assistant: Assistant, row: JsonRow, filters: Filters) -> JsonRow:
        dialogue = row.get("dialogue")
        found = _asked(assistant, row["question"], filters, arguments.k, before=last.get(str(dialogue)))
        if dialogue is not None and not found.is_reply:
            last[str(dialogue)] = found
        return answer_row(found)

    if arguments.questions:
        return _batch(arguments, answer)
    question, filters = _one_question(arguments)
    found = _asked(_open(arguments), question, filters, arguments.k)
    print_json(answer_row(found)) if arguments.json else _print_answer(found)
    return 0


def _asked(assistant: Assistant, question: str, filters: Filters, k: int, *, before: Answer | None = None) -> Answer:
    """The answer; where a language model is set, in its words."""
    answer = assistant.ask(question, k=k, filters=filters, before=before)
    for written in assistant.write(answer):
        answer = written
    return answer


def _search(arguments: argparse.Namespace) -> int:
    def search(assistant: Assistant, row: JsonRow, filters: Filters) -> JsonRow:
        passages = assistant.retrieve(row["question"], k=arguments.k, filters=filters)
        return {"question": row["question"], "passages": passage_rows(passages)}

    if arguments.questions:
        return _batch(arguments, search)
    question, filters = _one_question(arguments)
    passages = _open(arguments).retrieve(question, k=arguments.k, filters=filters)
    if arguments.json:
        print_json({"question": question, "passages": passage_rows(passages)})
        return 0
    if not passages:
        print(in_language_of(question, words("search_nothing")))
    for rank, passage in enumerate(passages, start=1):
        _print_passage(rank, passage, language_of_question(question))
    return 0


def _open(arguments: argparse.Namespace) -> Assistant:
    return Assistant.open(arguments.archive, model=arguments.model)


def _one_question(arguments: argparse.Namespace) -> tuple[str, Filters]:
    if arguments.question is None:
        raise SourceError(CommandCode.QUESTION_MISSING)
    if arguments.k < 1:
        raise SourceError(CommandCode.BAD_K, k=arguments.k)
    try:
        filters = read_filters(**{name: getattr(arguments, name) for name in _FILTERS})
        if not arguments.question.strip():
            raise QuestionError(QuestionCode.EMPTY)
    except QuestionError as error:
        raise SourceError(error.code, **error.params) from error
    return arguments.question, filters


def _batch(arguments: argparse.Namespace, run: Callable[[Assistant, JsonRow, Filters], JsonRow]) -> int:
    """Write one row a question as it is answered. A bad row gets an `error` and the others go on."""
    failed = 0
    with ExitStack() as stack:
        stream = _open_questions(arguments.questions, stack)
        assistant = _open(arguments)
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            started = time.perf_counter()
            copied: JsonRow = {}
            try:
                copied = _question_row(line)
                given = {name: copied.get(name) or getattr(arguments, name) for name in _FILTERS}
                found = run(assistant, copied, read_filters(**given))
                print_json({**copied, **found, "question": copied["question"], "seconds": _since(started)})
            except ValueError as error:
                failed += 1
                print_json({**copied, "error": f"line {number}: {error}", "seconds": _since(started)})
    if failed:
        told = spoken(f"{failed} 个问题出了错", f"{failed} questions had an error")
        print(f"bulletin: {told}", file=sys.stderr)
    return EXIT_PARTIAL if failed else 0


def _open_questions(name: str, stack: ExitStack) -> TextIO:
    if name == "-":
        return sys.stdin
    try:
        return stack.enter_context(Path(name).open(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(CommandCode.QUESTIONS_UNREADABLE, name=name, detail=error.strerror) from error


def _question_row(line: str) -> JsonRow:
    row = json.loads(line)
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise QuestionError(QuestionCode.BAD_ROW)
    for name in _FILTERS:
        if not isinstance(row.get(name), str | None):
            raise QuestionError(QuestionCode.BAD_FIELD, name=name)
    return row


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)


def _print_answer(answer: Answer) -> None:
    language = language_of_question(answer.question)
    print(said_in(language, answer.text))
    for citation in answer.citations:
        print(f"[{citation.number}] {_source_line(citation.article, language)}")
        if citation.quote not in answer.text:
            print(f"    “{citation.quote}”")
    if answer.note:
        print(said_in(language, answer.note))


def _print_passage(rank: int, passage: Passage, language: Language) -> None:
    print(f"{rank}. {_source_line(passage.article, language)}  ({passage.score:.2f})")
    for line in passage.text.split("\n"):
        print(f"   {line}")


def _source_line(article: Article, language: Language) -> str:
    title = words("titled", title=article.title) if article.title else words("caption")
    day = article.date.isoformat() if article.date else words("unknown_date")
    return said_in(language, joined(" · ", [title, day, article.issue.name, article.section, article.byline]))


def _evaluate(arguments: argparse.Namespace) -> int:
    from qa.evaluation.run import archive_of, evaluate, evaluate_pages, evaluate_refusal, is_page_gold, read_gold

    if arguments.compare:
        return _compare_ways(arguments)
    floors = _floors(arguments)
    if not _is_measured_on(floors, arguments):
        return EXIT_ERROR
    on_question, close = _progress()
    try:
        if is_page_gold(arguments.gold):
            if arguments.source is None:
                raise SourceError(CommandCode.SOURCE_MISSING)
            figures = evaluate_pages(arguments.gold, arguments.source)
        else:
            gold = read_gold(arguments.gold)
            if arguments.source is None:
                figures = evaluate(Assistant.open(arguments.archive), gold, on_question=on_question)
            elif any(question.negative_ids for question in gold):
                figures = evaluate_refusal(arguments.source, gold, on_question=on_question)
            else:
                with archive_of(arguments.source) as assistant:
                    figures = evaluate(assistant, gold, on_question=on_question)
    finally:
        close()
    row = {"gold": arguments.gold.name, "questions": figures.questions, **figures.measures}
    if arguments.output:
        arguments.output.write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if arguments.json:
        print_json(row)
    else:
        print(f"{figures.questions} rows of {arguments.gold.name}")
        for name, value in figures.measures.items():
            if value is not None:
                print(f"  {name:<34}{value:.3f}")
    return _compare(figures.measures, floors)


def _compare_ways(arguments: argparse.Namespace) -> int:
    from qa.evaluation.run import archive_of, compare, intervals_of, measures_of, read_gold

    gold = read_gold(arguments.gold)
    on_question, close = _progress()
    with ExitStack() as stack:
        stack.callback(close)
        if arguments.source is None:
            assistant = Assistant.open(arguments.archive)
        else:
            assistant = stack.enter_context(archive_of(arguments.source))
        asked = compare(assistant, gold, on_question=on_question)
    measures = {way: measures_of(rows) for way, rows in asked.items()}
    intervals = {way: intervals_of(rows) for way, rows in asked.items()}
    if arguments.json:
        print_json({"gold": arguments.gold.name, "measures": measures, "intervals": intervals})
        return 0
    print(f"| {len(gold)} rows of {arguments.gold.name} | {' | '.join(asked)} |")
    print(f"|---|{'---|' * len(asked)}")
    for name in next(iter(measures.values())):
        cells = [_cell(measures[way].get(name), intervals[way].get(name)) for way in asked]
        if any(cells):
            print(f"| {name} | {' | '.join(cells)} |")
    return 0


def _cell(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f} ({interval[0]:.3f}–{interval[1]:.3f})" if interval else f"{value:.3f}"


def _progress() -> tuple[Callable[[], None], Callable[[], None]]:
    from tqdm import tqdm

    bar: Any = tqdm(unit="question", disable=None, leave=False)
    return lambda: bar.update(1), bar.close


def _floors(arguments: argparse.Namespace) -> Floors:
    """The floors of a command line; none where it names no file. Raises SourceError when that cannot be read."""
    from qa.evaluation.floors import Floors, read_floors

    if arguments.floors is None:
        return Floors({})
    try:
        return read_floors(arguments.floors)
    except (OSError, ValueError) as error:
        raise SourceError(CommandCode.FLOORS_UNREADABLE, path=arguments.floors, detail=str(error)) from error


def _is_measured_on(floors: Floors, arguments: argparse.Namespace) -> bool:
    """Whether floors are for these questions and bulletins; says what is not. Raises SourceError without them."""
    try:
        changed = floors.changed(arguments.gold, arguments.source)
    except OSError as error:
        raise SourceError(CommandCode.FLOORS_UNREADABLE, path=arguments.floors, detail=str(error)) from error
    for line in changed:
        print(f"bulletin: {line}; measure anew, and write digest and floors into {arguments.floors}", file=sys.stderr)
    return not changed


def _compare(measures: dict[str, float | None], floors: Floors) -> int:
    """Fail, naming each measure that lies under its floor."""
    missed = floors.missed(measures)
    for name, floor in missed.items():
        print(f"bulletin: {name} is {measures.get(name)}, under its floor of {floor}", file=sys.stderr)
    return EXIT_ERROR if missed else 0

"""What chat programs ask of a model beside questions: a title, tags, what to ask next, searches, for a conversation.

Open WebUI, LibreChat, LobeChat, Cherry Studio, NextChat and their like send such a request to the model that is being
talked to, mostly unasked after its first answer. None of them is a question to the bulletin, and each is answered from
the conversation and what was answered in it. Such a request is known by its form: the conversation in a text, as lines
that begin with who speaks, as JSON or between tags, beside an order; or an order to give nothing but a title.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from embeddings import well_formed
from qa.i18n import in_language_of, words
from qa.query.condense import condensed
from qa.topics.names import open_name_finder
from qa.types import Answer

MOST_TITLE_CHARS = 30
MOST_TAGS = 3
_MOST_STARTS = 50
NextQuestions = Callable[[Answer, Sequence[str]], Sequence[str]]  # of an answer and what was asked, what to ask next

_USERS = frozenset({"user", "human", "用户"})
_LABEL = re.compile(
    r"(?im)^[ \t]{0,8}[#>*-]{0,3}[ \t]?\*{0,2}(user|human|用户|assistant|ai|bot|model|助手|助理|system)\*{0,2}"
    r"[ \t]?[:：]\*{0,2}"
)
_TAG = re.compile(r"<(/?)(user|assistant|system)>", re.IGNORECASE)
_OPENS = re.compile(r"<(\w+)>\s*\Z")
_CONTENTS = ("content", "mainText", "text")  # of a message in JSON
_TITLE = re.compile(r"标题|题目|主题|话题|命名|\b(?:title|topic|subject)s?\b", re.IGNORECASE)
_SUMMARY = re.compile(r"总结|概括|摘要|概述|\bsummar", re.IGNORECASE)
_TAGS = re.compile(r"标签|关键词|\b(?:tag|keyword)s?\b", re.IGNORECASE)
_FOLLOW_UPS = re.compile(r"追问|接着问|后续问题|下一个问题|\bfollow[-_ ]?ups?\b|\bsuggestions?\b", re.IGNORECASE)
_QUERIES = re.compile(r"检索[词式]|搜索[词式]|\b(?:search )?quer(?:y|ies)\b", re.IGNORECASE)
_OF_TALK = re.compile(
    r"对话|会话|聊天|这句话|[以上]述|[以上][上面文]|\b(?:conversation|chat|dialog(?:ue)?|discussion|messages?|sentence|above)\b",
    re.IGNORECASE,
)
_NOTHING_ELSE = re.compile(
    r"(?:直接|[只仅])(?:返回|输出|回复|给出)|不(?:要|需要)(?:使用|包含|添加|解释|标点|多余)"
    r"|\bonly (?:return|output|reply|respond)|\b(?:return|output|reply with|respond with) only"
    r"|\bno (?:explanation|punctuation)",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"[\d一二三四五六七八九十]+\s*个?[字词]|\d+[- ]words?|\b(?:within|maximum|at most)\s+\d+", re.IGNORECASE
)
# A standing order to answer in some way (标题加粗，对话要简短) is none: the conversation itself is to be given a title.
_NAMES_TALK = re.compile(
    r"(?:会话|对话|聊天)[^。；;！!？?\n]{0,12}(?:总结|概括|归纳|命名|起)[^。；;！!？?\n]{0,24}(?:标题|主题|题目)"
    r"|\b(?:summari[sz]e|generate|create|write|give)\b[^.;!?\n]{0,40}\b(?:conversation|chat|messages)\b[^.;!?\n]{0,40}\btitle"
    r"|\btitle\b[^.;!?\n]{0,60}\b(?:of|for|describes|summari[sz]es|captures)\b[^.;!?\n]{0,40}"
    r"\b(?:conversation|chat|messages)\b",
    re.IGNORECASE,
)
_END = " 　。.？?！!…~～"


class Wanted(str, Enum):
    """What is wanted of a conversation. StrEnum needs Python 3.11."""

    TITLE = "title"
    SUMMARY = "summary"
    TAGS = "tags"
    FOLLOW_UPS = "follow_ups"
    QUERIES = "queries"
    OTHER = "other"  # what the bulletin has nothing for, such as the rest of a sentence that is being typed

    __str__ = str.__str__


_BY_WORDS = (
    (Wanted.FOLLOW_UPS, _FOLLOW_UPS), (Wanted.TAGS, _TAGS), (Wanted.QUERIES, _QUERIES), (Wanted.TITLE, _TITLE),
    (Wanted.SUMMARY, _SUMMARY),
)  # fmt: skip
_BY_FIELD = (
    (Wanted.TITLE, re.compile(r"title|topic|subject", re.IGNORECASE)),
    (Wanted.SUMMARY, re.compile(r"summary|description", re.IGNORECASE)),
    (Wanted.TAGS, re.compile(r"tag|keyword", re.IGNORECASE)),
    (Wanted.FOLLOW_UPS, re.compile(r"follow|question|suggest", re.IGNORECASE)),
    (Wanted.QUERIES, re.compile(r"quer(?:y|ies)", re.IGNORECASE)),
)


class Message(NamedTuple):
    """A message: who speaks (`user`, `assistant`, `system` and their like), and what is said."""

    role: str
    text: str


class WantedField(NamedTuple):
    """A field of the JSON that is asked for; `is_list` for one that holds several texts."""

    name: str
    wanted: Wanted
    is_list: bool


@dataclass(frozen=True, slots=True)
class ConversationTask:
    """A request about a conversation: what the user asked in it, the oldest first, and what is wanted.

    With `fields` it is answered in JSON, else with a text.
    """

    questions: tuple[str, ...]
    wanted: Wanted
    fields: tuple[WantedField, ...] = ()


def read_task(turns: Sequence[Message], form: Mapping[str, Any] | None = None) -> ConversationTask | None:
    """What the last message wants of a conversation; None for a question. `form` is OpenAI's `response_format`."""
    if not turns:
        return None
    turns = [Message(turn.role, _without_texts(turn.text)) for turn in turns]
    ordered = "\n".join(turn.text for turn in turns if turn.role in ("system", "developer"))
    last = turns[-1]
    if talk := _talk_in(last.text):
        order = f"{ordered}\n{talk.around}"
        fields = _fields_of(form) or tuple(_sample_in(order))
        wanted = _wanted_in(order)
        return ConversationTask(talk.questions, wanted, fields) if fields or wanted is not Wanted.OTHER else None
    asked = tuple(turn.text for turn in turns[:-1] if turn.role == "user")
    if last.role == "user" and _NAMES_TALK.search(ordered) and _is_order(ordered):
        return ConversationTask((*asked, last.text), Wanted.TITLE, _fields_of(form))
    if asked and (last.role in ("system", "developer") or (_is_order(last.text) and _NOTHING_ELSE.search(last.text))):
        wanted = _wanted_in(last.text)
        if wanted in (Wanted.TITLE, Wanted.SUMMARY):
            return ConversationTask(asked, wanted, _fields_of(form))
    return None


def task_text(
    task: ConversationTask, *, answered: Callable[[Sequence[str]], Answer], next_questions: NextQuestions
) -> str:
    """What a request about a conversation is answered with.

    `answered` gives the answer to the last of some questions, `next_questions` what may be asked after it. Raises what
    they raise.
    """
    said = _Told(task.questions, answered, next_questions)
    if not task.fields:
        several = said.of(task.wanted)
        return "\n".join(several) if task.wanted in (Wanted.FOLLOW_UPS, Wanted.QUERIES) else "，".join(several)
    row = {field.name: _value(said.of(field.wanted), field.is_list) for field in task.fields}
    return well_formed(json.dumps(row, ensure_ascii=False))


def _value(texts: list[str], is_list: bool) -> list[str] | str:
    return texts if is_list else "，".join(texts)


class _Told:
    """What can be told of a conversation, each worked out when it is wanted."""

    def __init__(
        self, questions: Sequence[str], answered: Callable[[Sequence[str]], Answer], next_questions: NextQuestions
    ) -> None:
        self._questions = [condensed(question) for question in questions]
        self._answered, self._next = answered, next_questions

    @cached_property
    def _answer(self) -> Answer:
        return self._answered(self._questions)

    def of(self, wanted: Wanted) -> list[str]:
        """The texts that are wanted: one, several or none."""
        if wanted is Wanted.TITLE:
            return [title_of(self._questions[0])]
        if wanted is Wanted.SUMMARY:
            asked = words("asked_so_far", questions="；".join(self._questions))
            return [in_language_of(self._questions[-1], asked)]
        if wanted is Wanted.TAGS:
            return self._tags()
        if wanted is Wanted.FOLLOW_UPS:
            return list(self._next(self._answer, self._questions))
        if wanted is Wanted.QUERIES:
            return [self._answer.taken or self._questions[-1]]
        return []

    def _tags(self) -> list[str]:
        """The names in the questions, and the sections of what answers the last."""
        names = [name.text for question in self._questions for name in open_name_finder().find(question)]
        sections = [citation.article.section for citation in self._answer.citations]
        return list(dict.fromkeys(filter(None, (*names, *sections))))[:MOST_TAGS]


def title_of(question: str) -> str:
    """A question as a title: without its last mark, cut at a comma where it is long."""
    text = question.strip().strip(_END)
    if len(text) <= MOST_TITLE_CHARS:
        return text
    cut = text[:MOST_TITLE_CHARS]
    ends = [match.start() for match in re.finditer(r"[，,；;：:\s]", cut)]
    return cut[: ends[-1]] if ends and ends[-1] > MOST_TITLE_CHARS // 3 else cut


def _is_order(text: str) -> bool:
    """Whether a text orders a title or a summary of a conversation, and says how short."""
    asks = _TITLE.search(text) or _SUMMARY.search(text)
    return bool(asks and _OF_TALK.search(text) and (_SHORT.search(text) or _NOTHING_ELSE.search(text)))


class _Talk(NamedTuple):
    """A conversation in a text: what the user says in it, and what stands around it."""

    questions: tuple[str, ...]
    around: str


def _talk_in(text: str) -> _Talk | None:
    """The conversation that a text holds; None where there is none, or the user says nothing in it."""
    found = _in_json(text) or _in_tags(text) or _in_lines(text)
    return found if found and found.questions else None


def _without_texts(text: str) -> str:
    """A message without the texts that a program found for it and put between tags: others speak in those."""
    start, end = text.find("<context>"), text.rfind("</context>")
    return f"{text[:start]}\n{text[end:]}" if 0 <= start < end else text


def _in_json(text: str) -> _Talk | None:
    for start in _starts(r"\[\s*\{", text):
        try:
            rows, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if all(isinstance(row, dict) and isinstance(row.get("role"), str) for row in rows):
            turns = [(row["role"], next((row[name] for name in _CONTENTS if isinstance(row.get(name), str)), ""))
                     for row in rows]  # fmt: skip
            return _Talk(_asked(turns), f"{text[:start]}\n{text[end:]}")
    return None


def _starts(pattern: str, text: str) -> Iterator[int]:
    """Where JSON may begin in a text: the first places, as each is tried."""
    return (match.start() for match in islice(re.finditer(pattern, text), _MOST_STARTS))


def _in_tags(text: str) -> _Talk | None:
    turns: list[tuple[str, str]] = []
    around, at, opened = "", 0, None
    for tag in _TAG.finditer(text):
        if not tag[1]:
            opened = opened or tag
        elif opened and opened[2].lower() == tag[2].lower():
            turns.append((opened[2], text[opened.end() : tag.start()]))
            around, at, opened = f"{around}\n{text[at : opened.start()]}", tag.end(), None
    return _Talk(_asked(turns), f"{around}\n{text[at:]}") if turns else None


def _in_lines(text: str) -> _Talk | None:
    labels = list(_LABEL.finditer(text))
    if not labels:
        return None
    end = len(text)
    if opened := _OPENS.search(text, 0, labels[0].start()):
        closes = text.rfind(f"</{opened[1]}>")
        end = closes if closes > labels[0].start() else end
    else:
        # What stands after an empty line is no more said by who spoke last.
        gap = text.find("\n\n", labels[-1].end())
        end = gap if gap >= 0 else end
    labels = [label for label in labels if label.end() <= end]
    ends = [label.start() for label in labels[1:]] + [end]
    turns = [(label[1], text[label.end() : stop]) for label, stop in zip(labels, ends, strict=True)]
    return _Talk(_asked(turns), f"{text[: labels[0].start()]}\n{text[end:]}")


def _asked(turns: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(said.strip() for role, said in turns if role.lower() in _USERS and said.strip())


def _fields_of(form: Mapping[str, Any] | None) -> tuple[WantedField, ...]:
    """The fields that a JSON schema in OpenAI's `response_format` asks for."""
    schema: Any = form
    for name in ("json_schema", "schema", "properties"):
        schema = schema.get(name) if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping):
        return ()
    lists = {name for name, of in schema.items() if isinstance(of, Mapping) and of.get("type") == "array"}
    return tuple(WantedField(name, _wanted_by(name), name in lists) for name in schema)


def _sample_in(text: str) -> Iterator[WantedField]:
    """The fields of the first JSON object that a text shows as the form of an answer."""
    for start in _starts(r"\{", text):
        try:
            shown, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(shown, dict) and shown and all(isinstance(value, str | list) for value in shown.values()):
            yield from (WantedField(name, _wanted_by(name), isinstance(value, list)) for name, value in shown.items())
            return


def _wanted_in(order: str) -> Wanted:
    return next((wanted for wanted, said in _BY_WORDS if said.search(order)), Wanted.OTHER)


def _wanted_by(name: str) -> Wanted:
    return next((wanted for wanted, said in _BY_FIELD if said.search(name)), Wanted.OTHER)

"""A conversation as Markdown and as a Word document, its sources as references of GB/T 7714.

Word needs python-docx, the extra `export`; `offers_word` tells whether it is there.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

from embeddings import Article
from qa.i18n import Language, Words, said_in, words
from qa.types import Answer
from qa.userdata.conversation import Conversation, Turn
from qa.userdata.notes import WITHDRAWN, note_of

_HEADLINE = "公报问答"
_AUTHORS = 3  # GB/T 7714: of more, the first three and 等

# What stands beside the names in a byline: who they work for, what they are, and what they did.
_HOUSE = (
    r"(?:本报|本刊|本台|本网|全媒体|融媒体|新华社|人民日报|中新社|中新网"
    r"|[\u4e00-\u9fff]{2,8}(?:报社|电视台|融媒体中心))"
)
_RANK = r"(?:首席|高级|资深|特约|见习|实习|驻站|特派|全媒体|融媒体|文字|摄影)"
_ROLE = rf"{_HOUSE}?\s*{_RANK}*(?:记者|通讯员|评论员|观察员|撰稿人|实习生|作者)"
_WORK = (
    r"文/图|图/文|文图|图文|文并摄|摄影报道|综合报道|摄影|供图|供稿|采写|撰文|整理|编译|报道"
    r"|[文图摄](?=[\s/:：、，,]|$)"
)
_NO_NAME = re.compile(rf"{_ROLE}|{_WORK}|[\s、，,/:：；;（()）□■◆●○◎▲△☆★|]+")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,12})+|[A-Za-z][A-Za-z .'-]{1,40}")
_NAME_OF_TWO = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])[ \u3000]+([\u4e00-\u9fff])(?![\u4e00-\u9fff])")
_HOUSE_ALONE = re.compile(rf"{_HOUSE}|综合")
_DAY = re.compile(
    r"(?:19|20)\d\d\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?|星期[一二三四五六日天]|[（(]?(?:总?第|总)\s*\d+\s*[期号][)）]?"
)
_EDGES = " \t\u3000-_·,，、()（）《》"

# XML, and so a Word file, has no place for these.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_LINE_START = re.compile(r"^[ \t]*(\d*)([-+=.)])", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def reference(article: Article) -> str:
    """An article as a reference of GB/T 7714—2015 (4.4, 析出文献 in a newspaper).

    `作者. 题名[N]. 报纸名, 出版日期(版次).` The standard adds the carrier (`[N/OL]`) only for what was read online, and
    then asks for the day of reading and the address, too; the archive holds printed issues and no address, so `[N]` is
    right. An unknown author is left out, as 8.1 allows where references are numbered, and so is an unknown page; of
    more than three authors the first three are named, then 等. An unknown day or title stands in square brackets, which
    the standard has for whatever is not taken from the source.
    """
    people = authors(article.byline)
    by = ", ".join(people[:_AUTHORS]) + (", 等" if len(people) > _AUTHORS else "")
    issue = article.issue
    day = article.date or issue.date
    paper = _line(_DAY.sub(" ", issue.name)).strip(_EDGES)
    printed = day.isoformat() if day else "[日期不详]"
    page = f"({article.page})" if article.page else ""
    title = _line(article.title) or "[无题]"
    return f"{by + '. ' if by else ''}{title}[N]. {paper or _line(issue.name)}, {printed}{page}."


def authors(byline: str) -> list[str]:
    """The names in a byline as printed (本报记者 某某 通讯员 某某 文/图), in order, each once."""
    joined = _NAME_OF_TWO.sub(r"\1\2", byline)
    parts = (part.strip() for part in _NO_NAME.sub("\n", joined).split("\n"))
    # 某某摄, and others whose work stands against the name.
    names = (part[:-1] if len(part) > 2 and part[-1] in "摄文图" else part for part in parts)
    return list(dict.fromkeys(name for name in names if _NAME.fullmatch(name) and not _HOUSE_ALONE.match(name)))


def as_markdown(
    conversation: Conversation,
    *,
    name: str,
    exported: datetime,
    gone: Collection[str] = (),
    language: Language = Language.CHINESE,
) -> str:
    """The conversation as Markdown. Of the issues in `gone` (ids), which were withdrawn, nothing is told.

    What is said around the bulletin's own words is in `language`; references stay as GB/T 7714 has those in Chinese.
    """
    say = partial(said_in, language)
    lines = [f"# {_plain(name) or _HEADLINE}", "", say(_exported_at(exported)), ""]
    for turn in conversation.settled().turns:
        asked = words("export_question", question=_plain(_line(turn.question)))
        lines += [f"## {say(asked)}", ""]
        lines += [*_plain(say(_said(turn, gone))).replace("\n", "  \n").split("\n"), ""]
        answer = _told(turn, gone)
        if answer is None:
            continue
        for quote in _quotes(answer):
            lines += [*(f"> {_plain(line)}" for line in quote.split("\n")), ""]
        if answer.note:
            lines += [f"*{_plain(say(answer.note))}*", ""]
        if sources := references(answer, gone):
            heading = say(_heading(answer))
            lines += [f"**{heading}**" if answer.citations else heading, ""]
            lines += [*(f"\\[{number}\\] {_plain(source)}  " for number, source in sources), ""]
    return "\n".join(lines).rstrip() + "\n"


def as_word(
    conversation: Conversation,
    *,
    name: str,
    exported: datetime,
    gone: Collection[str] = (),
    language: Language = Language.CHINESE,
) -> bytes:
    """The conversation as a Word document, as `as_markdown`. Raises ImportError where python-docx is not installed."""
    import docx
    from docx.shared import Pt

    say = partial(said_in, language)
    document = docx.Document()
    _set_fonts(document, Pt(12))
    document.core_properties.title = _xml(name or _HEADLINE)
    document.core_properties.author = _HEADLINE
    document.add_heading(_xml(name or _HEADLINE), level=1)
    document.add_paragraph(say(_exported_at(exported)))
    for turn in conversation.settled().turns:
        document.add_heading(_xml(say(words("export_question", question=_line(turn.question)))), level=2)
        document.add_paragraph(_xml(say(_said(turn, gone))))
        answer = _told(turn, gone)
        if answer is None:
            continue
        for quote in _quotes(answer):
            document.add_paragraph(_xml(quote), style="Quote")
        if answer.note:
            document.add_paragraph().add_run(_xml(say(answer.note))).italic = True
        if sources := references(answer, gone):
            document.add_paragraph().add_run(say(_heading(answer))).bold = True
            for number, source in sources:
                document.add_paragraph(_xml(f"[{number}] {source}"))
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def offers_word() -> bool:
    """Whether Word documents can be written here."""
    return importlib.util.find_spec("docx") is not None


def references(answer: Answer, gone: Collection[str] = ()) -> list[tuple[int, str]]:
    """The numbered sources of an answer; after an abstention, the articles its text names."""
    if answer.citations:
        articles = [(citation.number, citation.article) for citation in answer.citations]
    else:
        named = (one.article for one in answer.passages if one.article.title and one.article.title in answer.text)
        articles = list(enumerate(dict.fromkeys(named), start=1))
    return [(number, reference(article)) for number, article in articles if article.issue_id not in gone]


def file_name(name: str, suffix: str) -> str:
    """A name for a file on any system."""
    kept = re.sub(r'[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"/\\|?*]+', " ", _xml(name))
    return f"{_line(kept).strip('. ')[:40] or _HEADLINE}.{suffix}"


def _exported_at(time: datetime) -> Words:
    return words("export_exported", headline=_HEADLINE, time=f"{time:%Y-%m-%d %H:%M}")


def _heading(answer: Answer) -> Words:
    """What stands above the references of an answer."""
    return words("export_sources" if answer.citations else "export_nearest")


def _told(turn: Turn, gone: Collection[str]) -> Answer | None:
    return None if turn.rests_on(gone) else turn.answer


def _said(turn: Turn, gone: Collection[str]) -> str:
    if turn.rests_on(gone):
        return WITHDRAWN
    return turn.answer.text if turn.answer else note_of(turn)


def _quotes(answer: Answer) -> Sequence[str]:
    """The quotes that the text of the answer does not hold."""
    return [
        f"{citation.quote}[{citation.number}]" for citation in answer.citations if citation.quote not in answer.text
    ]


def _plain(text: str) -> str:
    """The text as Markdown shows it unchanged; the [n] of an answer, too."""
    return _LINE_START.sub(r"\1\\\2", _INDENT.sub("", _MARKUP.sub(r"\\\1", text)))


def _line(text: str) -> str:
    return " ".join(text.split())


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)


def _set_fonts(document: Any, size: Any) -> None:
    """Chinese in Song, as printed matter has it; Word takes the font for Chinese from an attribute of its own."""
    from docx.oxml.ns import qn

    for style, font in (("Normal", "宋体"), ("Quote", "楷体"), ("Heading 1", "黑体"), ("Heading 2", "黑体")):
        fonts = document.styles[style].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)
    document.styles["Normal"].font.size = size

"""Texts as crawlers and programs write them down: lines with labels become headings and text."""

from __future__ import annotations

import re

from embeddings.parsing.outline import credit_names, is_credit
from embeddings.text.dates import find_date
from embeddings.text.normalize import halfwidth_digits, simplified_furniture

_TITLE = re.compile(
    r"[#\s]*(?:【?(?:标\s*题|題\s*名|标题名|題目|题目|標題)】?|title)\s*[:：]\s*(?P<title>\S.*)", re.IGNORECASE
)
_BODY = re.compile(
    r"\s*(?:【?(?:[正内內]\s*文|[内內]\s*容|全文)】?|content|body|text)\s*[:：]\s*(?P<body>.*)", re.IGNORECASE
)
_LABEL = re.compile(
    r"[\[(（【\s]*(?:文章|稿件|新闻|信息)?(?:来源|來源|作者|记者|記者|编辑|編輯|稿源|出处|链接|網址|网址|url|(?:[发發][布佈表]|更新|刊登|抓取)?(?:时间|時間|日期)|"
    r"source|author|date|time)\s*[:：]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\s*(?:(?:链接|網址|网址|原文|url|link)\s*[:：]\s*)?https?://\S+\s*", re.IGNORECASE)
_LONGEST = 120
# 原创 某某 某某发布 2024年10月18日 09:30 浙江, as copied from an account's page
_ACCOUNT = re.compile(
    r"(?P<who>原创\s*[:：]?\s+\S{2,12}(?:\s+\S{2,16}){0,2}?)"
    r"(?:\s+\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日?(?:\s+\d{1,2}:\d{2})?(?:\s+[\u4e00-\u9fff]{2,3})?)?"
)


def with_headings(text: str) -> str:
    """The text with `#` before titles that stand behind a label (标题：…), and without the label of the text.

    A text without such labels is as it was.
    """
    lines = text.split("\n")
    titles = [at for at, line in enumerate(lines) if len(line) <= _LONGEST and _TITLE.fullmatch(line)]
    labelled = any(_BODY.match(line) or _LABEL.match(line) for line in lines)
    if not titles or not labelled:
        return text
    return "\n".join(_without_label(line) for line in lines if not _ADDRESS.fullmatch(line))


def _without_label(line: str) -> str:
    title = _TITLE.fullmatch(line) if len(line) <= _LONGEST else None
    if title:
        return f"\n# {title['title'].strip()}"
    body = _BODY.fullmatch(line)
    return f"\n\u3000\u3000{body['body']}" if body and body["body"] else "" if body else line


def is_source_line(line: str) -> bool:
    """Whether a line under a headline says where a text comes from, who wrote it or when, and nothing else."""
    line = halfwidth_digits(simplified_furniture(line.strip()))
    if len(line) > _LONGEST or line.endswith("。") or not line:
        return False
    if _ACCOUNT.fullmatch(line):
        return True
    # A date alone is told from the first words of a text by what stands beside it.
    return (_LABEL.match(line) is not None and is_credit(line)) or (
        find_date(line[:40]) is not None and not line.endswith((":", "：")) and is_credit(line)
    )


def names_in_source_line(line: str) -> str:
    """Whom a source line names, as printed."""
    line = halfwidth_digits(line.strip())
    account = _ACCOUNT.fullmatch(simplified_furniture(line))
    named = line[slice(*account.span("who"))] if account else line
    return credit_names(named).removeprefix("原创").removeprefix("原創").strip()

"""Bylines and names in text formats."""

from __future__ import annotations

from datetime import date

import pytest

from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document

LEAD = "山口镇卫生院上周完成扩建，新增病床四十张，门诊楼加装了两部电梯。"


@pytest.mark.parametrize(
    ("above", "below", "byline"),
    [
        ("本报记者 何晴 通讯员 丁巧云\n\n", "", "本报记者 何晴 通讯员 丁巧云"),
        ("本报综合\n\n", "", "本报综合"),
        ("来源：白塔网　2024-03-08\n\n", "", "来源：白塔网"),
        ("", "（何晴）", "何晴"),
    ],
)
def test_bylines_of_markdown_leave_the_body(above: str, below: str, byline: str) -> None:
    text = f"# 白塔日报 2024年3月8日\n\n## 山口镇卫生院扩建完工\n\n{above}{LEAD}{below}\n\n"
    text += "## 校车\n\n山口镇小学添了两辆校车。\n"
    first, second = read_document(Document("a.md", text.encode())).articles
    assert (first.byline, first.body) == (byline, LEAD)
    assert (second.title, second.byline) == ("校车", "")


@pytest.mark.parametrize("stem", ["白塔日报-2024-03-08", "白塔日报_20240308", "2024.3.8 白塔日报"])
def test_a_file_named_by_paper_and_day_names_its_issue_so(stem: str) -> None:
    issue = read_document(Document(f"{stem}.jsonl", f'{{"title": "校车", "text": "{LEAD}"}}'.encode()))
    assert (issue.name, issue.date) == ("白塔日报 2024年3月8日", date(2024, 3, 8))


def test_any_other_file_is_called_as_it_is() -> None:
    issue = read_document(Document("备份-2024-03-08.jsonl", f'{{"text": "{LEAD}"}}'.encode()))
    assert issue.name == "备份-2024-03-08"

"""What users ask, in the staff's tab of a browser: by the week and the month, with plots, and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from qa import Answer
from qa.types import AnswerKind
from qa.userdata.asked import AskedStore
from qa.userdata.store import UserStore
from tests.e2e.test_chat_tab import serious
from tests.support.pages import OFF_TOPIC, QUESTION, ask


def test_an_editor_sees_what_was_asked_and_what_found_no_answer(edited_archive: Path, edited_page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    then = datetime.now(timezone.utc) - timedelta(days=20)
    long_ago = UserStore(edited_archive, now=lambda: then)
    if not AskedStore(long_ago).rows(then.date(), then.date()):
        AskedStore(long_ago).note("水库的水位多高？", Answer(question="", kind=AnswerKind.FOUND, text=""))
    page = edited_page
    ask(page, QUESTION)
    ask(page, OFF_TOPIC)
    page.locator("#kept-conversations [aria-current]").wait_for(state="attached")
    page.get_by_role("tab", name="编辑部").click()
    page.click("#asked-week")
    page.wait_for_selector("#asked-report tbody tr >> nth=1")
    rows = page.locator("#asked-report tbody tr")
    assert OFF_TOPIC in rows.first.inner_text()  # what found no answer stands first
    assert QUESTION in page.inner_text("#asked-report tbody")
    assert "水库" not in page.inner_text("#asked-report tbody")
    assert page.locator("#asked-report .chart rect.answered").count() == 7
    page.click("#asked-month")
    page.wait_for_selector("#asked-report tbody:has-text('水库')")
    with page.expect_download() as download:
        page.click("#asked-csv")
    told = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert {OFF_TOPIC, QUESTION, "水库的水位多高？"} <= {row["question"] for row in told}
    found = []
    for look in ("dark", "large"):
        page.click(f"[data-look={look}]")
        page.wait_for_timeout(300)
        found += serious(axe, page)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""How soon the page is there, and how soon an answer, as a user sees it in Chromium.

usage: python benchmarks/page.py [--archive DIR] [--visits 10] [--questions 30]

The page is served over the archive by a process of its own, and visited once before anything is measured. A visit is a
new browser context, as of a user who comes for the first time: until the question can be typed and what the archive
holds is told, and until the suggested questions stand there. A question is made of a title, each another one, so that
no answer is remembered; its time runs from Enter to the first words of the answer, not of the note that says it waits.
Answers and refusals are told apart: a refusal has read more.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from chromium import WITH_WINDOWS, find_chromium
from load import question_about, served

from embeddings import Archive
from qa.evaluation.metrics import percentile

READY = ("#masthead .holdings", "#question textarea:enabled")
SUGGESTED = "#chat .example"
ANSWERED = "#chat .said, #chat .note:not(:has-text('正在翻阅'))"


def main() -> None:
    """Serve, visit, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", default="archive")
    parser.add_argument("--visits", type=int, default=10)
    parser.add_argument("--questions", type=int, default=30)
    arguments = parser.parse_args()
    chromium = find_chromium(WITH_WINDOWS)  # as users have it
    if chromium is None:
        sys.exit("There is no Chromium on PATH. Install it (Debian: apt-get install chromium) and run this again.")
    from playwright.sync_api import sync_playwright

    archive = Archive.open(arguments.archive)
    with archive.snapshot() as snapshot:
        titles = sorted(
            {article.title for entry in snapshot.issues() for issue in snapshot.read_issue(entry.issue.id)
             for article in issue.articles if article.title}
        )  # fmt: skip
        print(f"{snapshot.size} chunks, {len(titles)} titles")
    archive.close()
    asked = random.Random(0).sample(titles, min(arguments.questions + 1, len(titles)))
    with served(arguments.archive) as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        visits = [_visit(browser, url) for _ in range(arguments.visits + 1)][1:]
        times = list(_ask(browser, url, [question_about(title) for title in asked]))[1:]  # the model loads with one
        browser.close()
    _print("ready to be asked", [ready for ready, _ in visits])
    _print("suggested questions", [suggested for _, suggested in visits])
    _print("Enter to first words of an answer", [seconds for seconds, has_source in times if has_source])
    _print("Enter to first words of a refusal", [seconds for seconds, has_source in times if not has_source])


def _visit(browser: Any, url: str) -> tuple[float, float]:
    """Seconds until the page can be used, and until it suggests questions."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    for part in READY:
        page.wait_for_selector(part)
    ready = time.perf_counter() - started
    page.wait_for_selector(SUGGESTED)
    suggested = time.perf_counter() - started
    context.close()
    return ready, suggested


def _ask(browser: Any, url: str, questions: list[str]) -> Iterator[tuple[float, bool]]:
    """Seconds from Enter to the first words of each answer, in a page opened anew, and whether it names a source."""
    page = browser.new_page(locale="zh-CN")
    for question in questions:
        page.goto(url)
        page.wait_for_selector(SUGGESTED)
        page.fill("#question textarea", question)
        started = time.perf_counter()
        page.press("#question textarea", "Enter")
        page.wait_for_selector(ANSWERED)
        yield time.perf_counter() - started, page.locator("#chat .source").count() > 0


def _print(name: str, seconds: list[float]) -> None:
    middle, slow = percentile(seconds, 0.5), percentile(seconds, 0.95)
    print(f"{name}: median {middle:.2f} s, p95 {slow:.2f} s, of {len(seconds)}")


if __name__ == "__main__":
    main()

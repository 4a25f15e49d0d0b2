"""How soon the page is there, and how soon an answer, as a user sees it in Chromium.

usage: python benchmarks/page.py [--archive DIR] [--visits 10] [--questions 30]

The page is served over the archive by a process of its own, and visited once before anything is measured. A visit is a
new browser context, as of a user who comes for the first time: until the question can be typed and what the archive
holds is told, and until the suggested questions stand there. A question is made of a title, each another one, so that
no answer is remembered; its time runs from Enter to the note that says it waits, and to the first words of the answer.
Answers and refusals are told apart: a refusal has read more. The page itself takes the times, of the frame in which
something is drawn: whoever asks from outside whether it is there asks every half second only.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

from chromium import WITH_WINDOWS, find_chromium
from load import question_about, served

from embeddings import Archive
from qa.evaluation.metrics import percentile

READY = ("#masthead .holdings", "#question textarea:enabled")
SUGGESTED = "#chat .example"
WAITING = "#chat .note.waiting"
ANSWERED = "#chat .said, #chat .note:not(.waiting)"
# Notes in `seen` the milliseconds of the page at which each of some parts is drawn first, and of Enter.
NOTING = """(parts) => {
    const seen = window.seen = {};
    const shown = (part) => [...document.querySelectorAll(part)].some((one) => one.checkVisibility());
    const look = () => {
        const now = parts.filter((part) => !(part in seen) && shown(part));
        if (now.length) requestAnimationFrame(() => { for (const part of now) seen[part] ??= performance.now(); });
    };
    new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
    addEventListener('keydown', (event) => { if (event.key === 'Enter') seen.enter = performance.now(); }, true);
}"""


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
    _print("Enter to the note that it waits", [noted for noted, _, _ in times])
    _print("Enter to first words of an answer", [seconds for _, seconds, has_source in times if has_source])
    _print("Enter to first words of a refusal", [seconds for _, seconds, has_source in times if not has_source])


def _visit(browser: Any, url: str) -> tuple[float, float]:
    """Seconds until the page can be used, and until it suggests questions."""
    context = browser.new_context(locale="zh-CN")
    page = _opened(context, url)
    seen = [page.evaluate("(part) => window.seen[part]", part) / 1000 for part in (*READY, SUGGESTED)]
    context.close()
    return max(seen[:-1]), seen[-1]


def _opened(context: Any, url: str, *parts: str) -> Any:
    """A new page that suggests questions, and notes when each of the parts is drawn."""
    page = context.new_page()
    page.add_init_script(f"({NOTING})({json.dumps([*READY, SUGGESTED, *parts])})")
    page.goto(url, wait_until="commit")
    for part in (*READY, SUGGESTED):
        page.wait_for_function("(part) => part in window.seen", arg=part, polling=50)
    return page


def _ask(browser: Any, url: str, questions: list[str]) -> Iterator[tuple[float, float, bool]]:
    """Seconds from Enter to the note that a question waits, and to the first words of its answer, each in a new page.

    And whether the answer names a source.
    """
    for question in questions:
        context = browser.new_context(locale="zh-CN")
        page = _opened(context, url, WAITING, ANSWERED)
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        page.wait_for_function("(part) => part in window.seen", arg=ANSWERED, polling=50)
        seen = page.evaluate("window.seen")
        # What was answered at once has not waited.
        noted, answered = (seen.get(part, seen[ANSWERED]) - seen["enter"] for part in (WAITING, ANSWERED))
        yield noted / 1000, answered / 1000, page.locator("#chat .source").count() > 0
        context.close()


def _print(name: str, seconds: list[float]) -> None:
    middle, slow = percentile(seconds, 0.5), percentile(seconds, 0.95)
    print(f"{name}: median {middle:.2f} s, p95 {slow:.2f} s, of {len(seconds)}")


if __name__ == "__main__":
    main()

"""What users ask as HTML: plots, and a table of groups, the unanswered first."""

from __future__ import annotations

from markupsafe import Markup

from qa.i18n import Language, said_in, words
from qa.userdata.report import QuestionReport
from qa.web.html.templates import render

SHOWN = 100  # groups; CSV has all


def report_view(report: QuestionReport) -> Markup:
    """The report as a part of the page."""
    most = max((day.answered + day.unanswered for day in report.days), default=0)
    counts = {"first": report.first, "last": report.last, "unanswered": report.unanswered}
    about = words("asked_about", n=report.asked, **counts) if report.groups else words("asked_nothing", **counts)
    label = words("asked_chart", n=report.asked, **counts)
    return render(
        "report", "report", report=report, shown=report.groups[:SHOWN], most=max(most, 1), label=label, about=about
    )


def report_page(report: QuestionReport, *, language: Language) -> str:
    """The report as a page of its own, which can be printed and sent."""
    lang = "en" if language is Language.ENGLISH else "zh-CN"
    title = said_in(language, words("asked_heading"))
    return str(render("report", "page", lang=lang, title=title, content=report_view(report))).strip()

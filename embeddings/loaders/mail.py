"""Mails and saved pages: the text of a message; what is attached to one is a document of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.html import HtmlLoader
from embeddings.loaders.rows.fields import read_day
from embeddings.loaders.text import TextLoader
from embeddings.sources.document import Document
from embeddings.sources.mail import MailPart, field_text, is_mail, is_saved_page, parse_mail, texts
from embeddings.text.dates import find_date
from embeddings.types import ParsedIssue

_SALUTATION = re.compile(r".{1,20}[:：]|.{0,20}[您你]们?好[!！。，,～~]?")


class MailLoader:
    """A mail (EML), or a page as browsers save it with its pictures (MHTML)."""

    def reads(self, document: Document) -> bool:
        """Whether it begins with the header of a message."""
        return is_mail(document.content)

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue: of a saved page what the page says, of a mail its text with the subject and day of the mail.

        Raises SourceError when the message has no text.
        """
        message = parse_mail(document.name, document.content)
        parts = [part for part in texts(message) if part.text.strip()]
        if not parts:
            raise SourceError(SourceCode.MAIL_WITHOUT_TEXT, name=document.name)
        if is_saved_page(message):
            return _read_part(
                document, _with_address(parts[0], field_text(message, "Snapshot-Content-Location")), limits
            )
        subject, day = field_text(message, "Subject"), read_day(field_text(message, "Date"))
        issues = list(_issues(document, parts, limits))
        if not any(issue.articles for issue in issues):
            raise SourceError(SourceCode.MAIL_WITHOUT_TEXT, name=document.name)
        return _mailed(issues, subject, day)


def _with_address(part: MailPart, address: str) -> MailPart:
    """A saved page that says where it was saved from, as browsers write it into a page that is saved alone."""
    address = address.replace("--", "").strip()
    if not part.is_html or not address or any(mark.isspace() for mark in address):
        return part
    return replace(part, text=f"<!-- saved from url=({len(address):04}){address} -->\n{part.text}")


def _issues(document: Document, parts: list[MailPart], limits: Limits) -> Iterator[ParsedIssue]:
    """What each text of a mail says; a signature or the line of a list service that is no article is left out."""
    for part in parts:
        try:
            yield _read_part(document, part, limits)
        except SourceError:
            if len(parts) == 1:
                raise


def _read_part(document: Document, part: MailPart, limits: Limits) -> ParsedIssue:
    inner = Document(document.name, part.text.encode("utf-8", errors="replace"))
    if part.is_html:
        return HtmlLoader().read(inner, limits)
    return TextLoader().read(inner, limits)


def _mailed(issues: list[ParsedIssue], subject: str, day: date | None) -> ParsedIssue:
    """The texts of a mail as one issue: a lone article without a title has the subject, else the subject names them."""
    articles = tuple(article for issue in issues for article in issue.articles if article.body)
    if len(articles) == 1 and (not articles[0].title or _SALUTATION.fullmatch(articles[0].title)):
        articles = (replace(articles[0], title=subject),)
    name = next((issue.name for issue in issues if issue.name), "")
    told = next((issue.date for issue in issues if issue.date), None)
    number = next((issue.number for issue in issues if issue.number), "")
    return ParsedIssue(name or subject, told or find_date(subject) or day, articles, number)

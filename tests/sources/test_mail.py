"""Mails with what is attached to them, and pages that browsers have saved."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage

import pytest

from embeddings import SourceError
from embeddings.config import Limits
from embeddings.errors import SourceCode
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.sources.mail import is_mail
from embeddings.sources.unpack import Unpacked, unpack
from embeddings.types import ParsedIssue

TEXT = "乙村的水渠昨日通了水，全长三千米，沿渠的三个村子都用上了自来水。"
OTHER = "甲地下了一夜大雨，通往乙村的路断了，县里已派人抢修。"
PAGE = (
    "<html><head><title>水渠通水_青禾网</title></head><body><h1>水渠通水</h1><div>2023-12-04 来源：青禾日报</div>"
    f"<p>{TEXT}</p><p>{OTHER}</p></body></html>"
)


def mail(text: str = TEXT, *, html: str = "", subject: str = "来稿：水渠通水", charset: str = "utf-8") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "通讯员 <a@example.org>", "编辑部 <b@example.org>"
    message["Subject"], message["Date"] = subject, "Mon, 04 Dec 2023 08:00:00 +0800"
    if text:
        message.set_content(text, charset=charset)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def attach(message: EmailMessage, name: str, content: bytes) -> EmailMessage:
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def taken(content: bytes, limits: Limits | None = None, *, name: str = "来稿.eml") -> Unpacked:
    return unpack(name, content, limits or Limits())


def only(content: bytes, name: str = "来稿.eml") -> ParsedIssue:
    (document,) = taken(content, name=name).documents
    return read_document(document)


def read_or_error(document: Document) -> str | bool:
    """What the error says, or whether every article that was read has a text."""
    try:
        return all(article.body for article in read_document(document).articles)
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "big5"])
@pytest.mark.parametrize("name", ["来稿.eml", "来稿", "来稿.txt"])
def test_a_mail_is_an_article_with_its_subject_and_day(name: str, charset: str) -> None:
    text = TEXT if charset != "big5" else "乙村昨日通水，全長三千米，三個村子都用上了自來水。"
    issue = only(bytes(mail(text, charset=charset)), name)
    (article,) = issue.articles
    assert (article.title, article.body, issue.date, issue.name) == (
        "来稿：水渠通水",
        text,
        date(2023, 12, 4),
        "来稿：水渠通水",
    )


def test_the_richer_of_two_forms_is_read_and_no_header() -> None:
    issue = only(bytes(mail("水渠通水\n" + TEXT, html=PAGE)))
    (article,) = issue.articles
    assert article.title == "水渠通水"
    assert TEXT in article.body
    assert not any(word in article.body for word in ("Content-", "MIME", "base64"))


def test_what_is_attached_is_a_document_of_its_own() -> None:
    message = attach(attach(mail(), "大雨.txt", f"大雨下了一夜\n\n{OTHER}\n".encode()), "程序.exe", b"MZ")
    unpacked = taken(bytes(message))
    assert [(document.name, document.member) for document in unpacked.documents] == [
        ("来稿.eml", ""),
        ("大雨.txt", "大雨.txt"),
    ]
    assert read_document(unpacked.documents[1]).articles[0].body == OTHER
    assert [(name, error.code) for name, error in unpacked.passed_over] == [("程序.exe", SourceCode.NO_ISSUE_SUFFIX)]


def test_a_mail_that_says_nothing_itself_is_its_attachments() -> None:
    unpacked = taken(bytes(attach(mail(" "), "稿件.md", f"## 题\n\n{TEXT}\n".encode())))
    assert [document.member for document in unpacked.documents] == ["稿件.md"]


def test_a_zip_file_that_is_attached_and_a_forwarded_mail_are_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("一版/头条.txt", TEXT)
    message = attach(mail(), "稿件.zip", stream.getvalue())
    message.add_attachment(mail(OTHER, subject="转：大雨"))
    unpacked = taken(bytes(message))
    assert [document.member for document in unpacked.documents] == ["", "稿件.zip/一版/头条.txt", "转：大雨.eml"]
    assert read_document(unpacked.documents[2]).articles[0].body == OTHER


def test_a_picture_within_the_text_is_no_attachment() -> None:
    message = mail()
    message.add_related(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", cid="<logo>", filename="logo.png")
    assert [document.member for document in taken(bytes(message)).documents] == [""]


def saved_page(page: str, *, charset: str = "utf-8", to: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "<Saved by Blink>", "水渠通水"
    message["Snapshot-Content-Location"], message["Date"] = (
        "http://example.org/1.html",
        "Fri, 01 Mar 2024 08:00:00 +0000",
    )
    message.set_content(page, subtype="html", cte="quoted-printable", charset=charset)
    message.make_related()
    message.add_related("body { color: red }", subtype="css")
    return bytes(message)


@pytest.mark.parametrize("name", ["水渠.mhtml", "水渠.mht", "水渠"])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_saved_page_is_read_as_its_page_and_not_of_the_day_it_was_saved(name: str, charset: str) -> None:
    issue = only(saved_page(PAGE, charset=charset), name)
    (article,) = issue.articles
    assert (article.title, issue.date) == ("水渠通水", date(2023, 12, 4))
    assert TEXT in article.body
    assert "=E6" not in article.body
    assert "color" not in article.body


def test_a_saved_page_without_a_date_has_none() -> None:
    assert only(saved_page(PAGE.replace("2023-12-04", ""))).date is None


@pytest.mark.parametrize(
    "text",
    [
        "标题: 水渠通水\n日期: 2023-12-04\n\n" + TEXT,
        "From: 通讯员\n\n" + TEXT,
        "Subject: 水渠\nDate: 2023-12-04\n\n" + TEXT,
        TEXT + "\n\nMIME-Version: 1.0\nFrom: a\n",
        "",
    ],
)
def test_a_text_with_a_few_fields_is_no_mail(text: str) -> None:
    assert not is_mail(text.encode())


def test_a_mail_without_any_text_says_so() -> None:
    with pytest.raises(SourceError, match="without any text"):
        only(bytes(mail("  \n")))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8, 0.99])
def test_a_truncated_mail_gives_what_is_left_or_says_why_not(kept: float) -> None:
    content = bytes(attach(mail(html=PAGE), "稿件.md", f"## 题\n\n{TEXT}\n".encode() * 20))
    unpacked = taken(content[: int(kept * len(content))])
    for document in unpacked.documents:
        outcome = read_or_error(document)
        assert document.name in outcome if isinstance(outcome, str) else outcome


HOSTILE: list[tuple[str, Callable[[], bytes]]] = [
    (
        "no end of parts in parts",
        lambda: (
            b"MIME-Version: 1.0\nFrom: a\n"
            + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000))
        ),
    ),
    (
        "no end of parts",
        lambda: b'MIME-Version: 1.0\nFrom: a\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 20_000,
    ),
    ("no end of fields", lambda: b"MIME-Version: 1.0\nFrom: a\n" + b"X-A: b\n" * 50_000 + b"\n" + TEXT.encode()),
    (
        "an unknown charset",
        lambda: b"MIME-Version: 1.0\nFrom: a\nContent-Type: text/plain; charset=x-evil\n\n" + TEXT.encode(),
    ),
    (
        "a field that is none",
        lambda: b"MIME-Version: 1.0\nFrom: a\nDate: never\nSubject: =?x?y?z?=\n\n" + TEXT.encode(),
    ),
    ("broken base64", lambda: b"MIME-Version: 1.0\nFrom: a\nContent-Transfer-Encoding: base64\n\n!!!!" + b"A" * 99),
]


@pytest.mark.parametrize(("what", "made"), HOSTILE, ids=[what for what, _ in HOSTILE])
def test_a_hostile_mail_is_read_or_refused_by_name(what: str, made: Callable[[], bytes]) -> None:
    try:
        outcomes = [read_or_error(document) for document in taken(made()).documents]
    except SourceError as error:
        outcomes = [str(error)]
    assert outcomes
    assert all("来稿.eml" in outcome if isinstance(outcome, str) else outcome for outcome in outcomes)


@pytest.mark.parametrize("name", ["../../etc/a.txt", "C:\\Windows\\a.txt", "/etc/a.txt", "a/../../b.txt"])
def test_the_path_of_an_attachment_is_its_last_part(name: str) -> None:
    unpacked = taken(bytes(attach(mail(), name, TEXT.encode())))
    assert unpacked.documents[1].member in {"a.txt", "b.txt"}


def test_attachments_count_for_the_limits_of_what_is_unpacked() -> None:
    message = attach(mail(), "大.txt", b"1" * 5000)
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        taken(bytes(message), Limits(max_unpacked_bytes=1000))
    for number in range(6):
        attach(message, f"{number}.txt", TEXT.encode())
    with pytest.raises(SourceError, match="BULLETIN_MAX_MEMBERS"):
        taken(bytes(message), Limits(max_members=5))


@pytest.mark.parametrize("salutation", ["编辑老师：", "各位老师，你们好！"])
def test_a_salutation_is_no_title_of_a_mail(salutation: str) -> None:
    (article,) = only(mail(f"{salutation}\n\n{TEXT}\n\n{OTHER}\n").as_bytes()).articles
    assert article.title == "来稿：水渠通水"
    assert TEXT in article.body

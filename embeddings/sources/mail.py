"""Mails and pages saved as MHTML: their text, and what is attached to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from functools import lru_cache, partial
from pathlib import PurePosixPath

from embeddings.errors import SourceCode, SourceError
from embeddings.sources.encoding import decode
from embeddings.sources.members import Member, member_path

_HEAD_BYTES = 16_384
_FIELD = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,40}):", re.MULTILINE)
_FIRST_LINE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:From [^\r\n]{0,300}\r?\n)?[A-Za-z][A-Za-z0-9-]{1,40}:[ \t]?")
_MAIL_FIELDS = frozenset({b"from", b"to", b"subject", b"date", b"received", b"return-path", b"delivered-to", b"sender"})
_SURE_FIELDS = frozenset({b"mime-version", b"message-id", b"received", b"content-type", b"return-path"})
_MOST_PARTS = 2_000  # of a mail; more are no part of any


@dataclass(frozen=True, slots=True)
class MailPart:
    """A text of a mail, decoded; `is_html` says in which form."""

    text: str
    is_html: bool


def is_mail(content: bytes) -> bool:
    """Whether some bytes begin with the header of a mail or of a page saved as one."""
    head = content[:_HEAD_BYTES]
    if not _FIRST_LINE.match(head):
        return False
    fields = {name.lower() for name in _FIELD.findall(re.split(rb"\r?\n\r?\n", head.lstrip(), maxsplit=1)[0])}
    return bool(fields & _MAIL_FIELDS) and bool(fields & _SURE_FIELDS)


def has_text(name: str, content: bytes) -> bool:
    """Whether a mail says anything itself, or has nothing attached that could."""
    message = parse_mail(name, content)
    return any(part.text.strip() for part in texts(message)) or next(attachments(name, content), None) is None


@lru_cache(maxsize=1)  # its text and its attachments are asked for one after another
def parse_mail(name: str, content: bytes) -> EmailMessage:
    """The message in some bytes. Damaged parts are left out. Raises SourceError for parts without end in parts."""
    try:
        return BytesParser(EmailMessage, policy=policy.default).parsebytes(content.lstrip(b"\xef\xbb\xbf\r\n\t "))
    except RecursionError as error:
        raise SourceError(SourceCode.MAIL_TOO_DEEP, name=name) from error


def field_text(message: Message, name: str) -> str:
    """A field of a header on one line; "" where it is missing or cannot be read."""
    try:
        return " ".join(str(message.get(name) or "").split())
    except Exception:  # the library parses fields when they are asked for, and fails on strange ones
        return ""


def is_saved_page(message: Message) -> bool:
    """Whether a message is a page that a browser has saved."""
    return bool(field_text(message, "Snapshot-Content-Location")) or (
        message.get_content_type() == "multipart/related" and not field_text(message, "To")
    )


def texts(message: Message) -> list[MailPart]:
    """The texts that a mail shows, the best form of each alone, without attachments."""
    return list(_texts(message, depth=0))


def _texts(message: Message, *, depth: int) -> Iterator[MailPart]:
    kind = message.get_content_type()
    if depth > 20 or _is_attached(message):
        return
    if message.is_multipart():
        parts = _parts(message)
        if kind == "multipart/alternative":
            found = [list(_texts(part, depth=depth + 1)) for part in parts]
            # Forms are ordered from the plainest to the richest, says RFC 2046.
            yield from next((part for part in reversed(found) if any(one.text.strip() for one in part)), [])
        elif kind == "multipart/related":
            yield from (text for part in parts[:1] for text in _texts(part, depth=depth + 1))
        elif kind != "message/rfc822":
            yield from (text for part in parts for text in _texts(part, depth=depth + 1))
    elif kind in ("text/plain", "text/html", "application/xhtml+xml"):
        yield MailPart(_decoded(message), kind != "text/plain")


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)][:_MOST_PARTS] if isinstance(payload, list) else []


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset("") or "").lower()
    charset = "gb18030" if charset in ("gb2312", "gbk") else charset
    try:
        return content.decode(charset) if charset else decode(content, name="")
    except (LookupError, UnicodeDecodeError, SourceError):
        pass
    try:
        return decode(content, name="")
    except SourceError:
        return content.decode("utf-8", errors="replace") if content else ""


def attachments(name: str, content: bytes) -> Iterator[Member]:
    """What is attached to a mail, with its name; a forwarded mail is one, and pictures within the text are none."""
    message = parse_mail(name, content)
    if not is_saved_page(message):
        yield from _attachments(message, depth=0)


def _attachments(message: Message, *, depth: int) -> Iterator[Member]:
    if depth > 20:
        return
    for number, part in enumerate(_parts(message)):
        if part.get_content_type() == "message/rfc822" and _parts(part):
            inner = _parts(part)[0]
            name = _file_name(part) or f"{field_text(inner, 'Subject')[:60] or number}.eml"
            yield Member(member_path(_last(name)), partial(_bytes_of_mail, inner), is_sure=True)
        elif message.get_content_type() == "multipart/related" and (number == 0 or part.get("Content-ID")):
            if part.is_multipart():
                yield from _attachments(part, depth=depth + 1)
        elif _is_attached(part):
            name = _file_name(part) or f"{number}"
            yield Member(member_path(_last(name)), partial(_bytes_of_part, part))
        elif part.is_multipart():
            yield from _attachments(part, depth=depth + 1)


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or (
        bool(_file_name(part)) and part.get_content_maintype() in ("application",) and not part.is_multipart()
    )


def _file_name(part: Message) -> str:
    try:
        return (part.get_filename() or "").strip()
    except Exception:  # as of `field_text`
        return ""


def _last(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name or "_"


def _bytes_of_mail(message: Message, most: int) -> bytes:
    return message.as_bytes()[:most]


def _bytes_of_part(part: Message, most: int) -> bytes:
    payload = part.get_payload(decode=True)
    return payload[:most] if isinstance(payload, bytes) else b""

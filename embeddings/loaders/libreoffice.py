"""Old Word, WPS, PowerPoint, RTF and XML of Office 2003: turned into what other loaders read, where LibreOffice is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.base import Loader
from embeddings.loaders.docx import DocxLoader
from embeddings.loaders.packages.slides import PptxLoader
from embeddings.loaders.rows.workbooks import XlsxLoader
from embeddings.sources.document import Document
from embeddings.sources.scratch import scratch_folder
from embeddings.sources.started import group_told
from embeddings.types import ParsedIssue

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED, _SLIDES, *_SHEETS = (
    name.encode("utf-16-le") for name in ("EncryptedPackage", "PowerPoint Document", "Workbook\0", "Book\0")
)
_RTF = b"{\\rtf"
_XML = re.compile(rb"""<\?mso-application\s+progid=["'](Word|Excel|PowerPoint)""")
_WORD_XML = re.compile(rb"<(?:w:wordDocument|pkg:package)[\s>]")
_HEAD_BYTES = 2048
_PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
_MOST_SECONDS = 120
_LOADERS: dict[str, Loader] = {"docx": DocxLoader(), "pptx": PptxLoader(), "xlsx": XlsxLoader()}
# No macro is run, no link of a document is followed, whatever the user's own profile allows.
_SETTING = (
    '<item oor:path="/org.openoffice.Office.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
)
_SETTINGS = (
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Writer/Content/Update", "Link", "0"),
    ("Calc/Content/Update", "Link", "2"),
)
_PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{}</oor:items>'
)


class LibreOfficeLoader:
    """What LibreOffice can read and no loader can: it is asked to save the file anew, in a folder that goes away."""

    def reads(self, document: Document) -> bool:
        """Whether it is of such a format, without a password, and LibreOffice is installed."""
        return bool(_target(document.content)) and find_libreoffice() is not None

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue in what LibreOffice makes of it. Raises SourceError when it makes nothing of it in two minutes."""
        target = _target(document.content)
        saved = _converted(document, target, limits)
        return _LOADERS[target].read(Document(document.name, saved, document.member), limits)


def _target(content: bytes) -> str:
    """The form in which a file is to be saved; "" for a file that is not for LibreOffice."""
    head = content[:_HEAD_BYTES]
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            return ""
        if _SLIDES in content:
            return "pptx"
        return "xlsx" if any(stream in content for stream in _SHEETS) else "docx"
    if match := _XML.search(head):
        return {b"Word": "docx", b"Excel": "xlsx", b"PowerPoint": "pptx"}[match[1]]
    return "docx" if head.startswith(_RTF) or _WORD_XML.search(head) else ""


def find_libreoffice() -> str | None:
    """Where LibreOffice is installed; None where it is not."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def _converted(document: Document, target: str, limits: Limits) -> bytes:
    with scratch_folder() as folder:
        source, profile = folder / "in" / "document", folder / "profile"
        for made in (source.parent, profile / "user", folder / "out"):
            made.mkdir(parents=True)
        source.write_bytes(document.content)
        settings = "".join(_SETTING.format(*setting) for setting in _SETTINGS)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(settings), encoding="utf-8")
        said = _run(
            [
                find_libreoffice() or _PROGRAMS[0],
                "--headless",
                "--norestore",
                "--nolockcheck",
                f"-env:UserInstallation={profile.as_uri()}",
                "--convert-to",
                target,
                "--outdir",
                str(folder / "out"),
                str(source),
            ],
            folder,
        )
        saved = next((folder / "out").glob(f"*.{target}"), None)
        if saved is None:
            raise SourceError(SourceCode.LIBREOFFICE_FAILED, name=document.name, detail=said or "no file was made")
        if saved.stat().st_size > limits.max_bytes:
            size = saved.stat().st_size
            raise SourceError(SourceCode.TOO_LARGE, name=document.name, n=size, limit=limits.max_bytes)
        return saved.read_bytes()


def _run(command: list[str], folder: Path) -> str:
    """Run a program and end all that it has started; what went wrong, or ""."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",  # the program starts another, which would go on
        )
    except OSError as error:
        return error.strerror or str(error)
    try:
        with group_told(process.pid):
            code = process.wait(_MOST_SECONDS)
            return f"exit {code}" if code else ""
    except subprocess.TimeoutExpired:
        return f"not done in {_MOST_SECONDS} s"
    finally:
        process.wait()

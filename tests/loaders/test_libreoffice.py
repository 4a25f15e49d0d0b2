"""Old Office files go through LibreOffice, here a program in its place that is asked as it would be."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from embeddings import SourceError
from embeddings.config import Limits
from embeddings.errors import SourceCode
from embeddings.ingest.parse_cache import read_apart
from embeddings.loaders import libreoffice
from embeddings.loaders.apart import end_reading_processes
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from tests.support.compound import compound_file

TEXT = "乙村的水渠昨日通了水，全长三千米，沿渠的三个村子都用上了自来水。"
WORD_XML = b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n<w:wordDocument xmlns:w="x"/>'
OLD = [("稿件.doc", compound_file("WordDocument", b"x")), ("稿件.rtf", b"{\\rtf1 x}"), ("稿件.xml", WORD_XML)]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the program in its place is a script")


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, work: str) -> Path:
    """A program called soffice, alone on PATH, that notes its arguments and does some work."""
    program, noted = folder / "bin" / "soffice", folder / "noted"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport os, pathlib, shutil, sys, time\n"
        f"pathlib.Path({str(noted)!r}).write_text('\\n'.join(sys.argv[1:]))\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n" + work,
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return noted


def saved_docx(folder: Path) -> Path:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("水渠通水", 1)
    document.add_paragraph(TEXT)
    document.save(str(folder / "made.docx"))
    return folder / "made.docx"


@pytest.mark.parametrize(("name", "content"), OLD)
def test_an_old_file_is_read_as_libreoffice_saves_it(
    name: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = stand_in(tmp_path, monkeypatch, f"shutil.copy({str(saved_docx(tmp_path))!r}, out / 'document.docx')\n")
    (article,) = read_document(Document(name, content), Limits()).articles
    assert (article.title, article.body) == ("水渠通水", TEXT)
    arguments = noted.read_text().split("\n")
    assert arguments[arguments.index("--convert-to") + 1] == "docx"
    assert any(argument.startswith("-env:UserInstallation=file:///") for argument in arguments)
    assert not Path(arguments[-1]).exists()  # the folder has gone


@pytest.mark.parametrize("work", ["sys.exit(1)\n", "pass\n", "(out / 'document.docx').write_bytes(b'PK')\n"])
def test_what_libreoffice_makes_nothing_of_is_named_with_its_cure(
    work: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, work)
    with pytest.raises(SourceError, match=r"稿件\.doc"):
        read_document(Document(*OLD[0]), Limits())


@pytest.mark.slow
def test_a_program_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child"
    stand_in(
        tmp_path,
        monkeypatch,
        f"child = os.fork()\nif child: pathlib.Path({str(child)!r}).write_text(str(child))\ntime.sleep(600)\n",
    )
    monkeypatch.setattr(libreoffice, "_MOST_SECONDS", 5)
    with pytest.raises(SourceError) as caught:
        read_document(Document(*OLD[0]), Limits())
    assert caught.value.code is SourceCode.LIBREOFFICE_FAILED
    assert has_ended(int(child.read_text()))


def has_ended(process: int) -> bool:
    """Whether a process is gone, or waits only to be counted; the system takes a moment to end what is killed."""
    status = Path(f"/proc/{process}/stat")
    for _ in range(200):
        try:
            if status.read_text().split()[2] in "ZX":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are told by /proc")
@pytest.mark.parametrize("is_killed_from_outside", [False, True])
@pytest.mark.slow
def test_a_program_does_not_outlive_the_process_that_reads(
    is_killed_from_outside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, pids = tmp_path / "told", tmp_path / "pids"
    work = (
        "if os.fork():\n"
        f"    pathlib.Path({str(told)!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}')\n"
        f"    os.rename({str(told)!r}, {str(pids)!r})\n"
        f"else: pathlib.Path({str(tmp_path / 'child')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    stand_in(tmp_path, monkeypatch, work)
    end_reading_processes()  # the next has the PATH of this test
    limits = Limits(max_seconds=120 if is_killed_from_outside else 10)

    def kill_the_reader() -> None:
        while not pids.exists():
            time.sleep(0.05)
        os.kill(int(pids.read_text().split()[1]), signal.SIGKILL)

    if is_killed_from_outside:
        threading.Thread(target=kill_the_reader, daemon=True).start()
    with pytest.raises(SourceError) as caught:
        read_apart(Document(*OLD[0]), limits)
    wanted = SourceCode.READING_TOOK_MUCH if is_killed_from_outside else SourceCode.READING_TOOK_LONG
    assert caught.value.code is wanted
    program, reader = map(int, pids.read_text().split())
    assert has_ended(program)
    assert has_ended(reader)
    assert has_ended(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize(("name", "content"), OLD)
def test_without_libreoffice_the_error_says_what_to_install(
    name: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libreoffice, "_PROGRAMS", libreoffice._PROGRAMS[:2])
    with pytest.raises(SourceError, match=r"Install LibreOffice.*DOCX"):
        read_document(Document(name, content), Limits())


def test_an_encrypted_file_is_not_given_to_libreoffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = stand_in(tmp_path, monkeypatch, "pass\n")
    with pytest.raises(SourceError) as caught:
        read_document(Document("稿件.docx", compound_file("EncryptedPackage", b"x")), Limits())
    assert (caught.value.code, noted.exists()) == (SourceCode.PROTECTED, False)

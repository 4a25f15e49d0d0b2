"""The least that figures may be, and the digests of what they were measured on.

A floors file is `{"questions": DIGEST, "bulletins": DIGEST, "floors": {MEASURE: LEAST}}`, or the measures alone. With
the digests, neither the questions nor the bulletins can be made easier unseen.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Floors:
    """The least of each measure, and the digests of the questions and of the bulletins; empty where none is named."""

    least: Mapping[str, float]
    questions: str = ""
    bulletins: str = ""

    def missed(self, measures: Mapping[str, float | None]) -> dict[str, float]:
        """The floors that figures lie under. A measure that is not there lies under every floor."""
        return {name: least for name, least in self.least.items() if (measures.get(name) or 0.0) < least}

    def changed(self, gold: Path, source: Path | None) -> list[str]:
        """What of the questions in `gold` and the bulletins in `source` is not what the floors were measured on.

        Each is a line with both digests. Bulletins that are named but not given, because an archive is asked, are
        such a line, too.
        """
        lines = []
        if self.questions and (found := questions_digest(gold)) != self.questions:
            lines.append(f"the questions in {gold} have the digest {found}, the floors are for {self.questions}")
        if self.bulletins and source is None:
            lines.append("the floors are for certain bulletins: name them with --source")
        elif self.bulletins and source and (found := bulletins_digest(source)) != self.bulletins:
            lines.append(f"the bulletins in {source} have the digest {found}, the floors are for {self.bulletins}")
        return lines


def read_floors(path: Path) -> Floors:
    """The floors in a file. Raises OSError, or ValueError where it is not of that form."""
    row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(row, dict) or not isinstance(row.get("floors", row), dict):
        raise ValueError("a JSON object of measures is needed")
    least = row.get("floors", row)
    if not all(isinstance(floor, (int, float)) for floor in least.values()):
        raise ValueError("every floor must be a number")
    return Floors(least, row.get("questions", ""), row.get("bulletins", "")) if "floors" in row else Floors(least)


def questions_digest(gold: Path) -> str:
    """SHA-256 of a question file, whatever its line ends."""
    return _digest(gold)


def bulletins_digest(source: Path) -> str:
    """SHA-256 over names and digests of the files in a folder that are not hidden, or of a file by itself."""
    if source.is_file():
        return _digest(source)
    # Some systems keep names decomposed.
    files = {
        unicodedata.normalize("NFC", path.relative_to(source).as_posix()): path
        for path in source.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(source).parts)
    }
    rows = "".join(f"{name}\n{_digest(files[name])}\n" for name in sorted(files))
    return hashlib.sha256(rows.encode()).hexdigest()


def _digest(path: Path) -> str:
    # git may check text out with the line ends of the system.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()

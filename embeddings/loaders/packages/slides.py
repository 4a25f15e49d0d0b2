"""Slides of PowerPoint (PPTX): an article a slide with a text of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.packages.package import Package
from embeddings.parsing.masthead import issue_name, read_masthead
from embeddings.parsing.tables import table_lines
from embeddings.sources.document import Document
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle, ParsedIssue

_PRESENTATION = "ppt/presentation.xml"
_DEEPEST = 20  # groups in groups


class PptxLoader:
    """A presentation of PowerPoint since 2007."""

    def reads(self, document: Document) -> bool:
        """Whether it is a package with a presentation in it."""
        return _PRESENTATION in document.zip_names

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue; the first slide may be its cover. Raises SourceError as other packages do, or for a library."""
        package = Package(document, limits, form="PPTX")
        package.refuse_entities()
        try:
            import pptx
        except ImportError as error:
            raise SourceError(SourceCode.NO_OFFICE, name=document.name) from error
        try:
            slides = [
                _slide(slide, number)
                for number, slide in enumerate(pptx.Presentation(io.BytesIO(document.content)).slides, start=1)
                if slide._element.get("show") != "0"
            ]
        except Exception as error:  # the library raises what a damaged part brings about
            raise package.damaged(f"{type(error).__name__}: {error}") from error
        lines = [line for slide in slides[:1] for line in (slide.title, *slide.body.split("\n"))]
        paper, day = read_masthead(lines)
        name = issue_name(paper, day) or (slides[0].title if slides and len(slides) > 1 else "")
        return ParsedIssue(name, day or find_date(" ".join(lines)), tuple(slide for slide in slides if slide.body))


def _slide(slide: Any, number: int) -> ParsedArticle:
    title = slide.shapes.title
    lines = [line for shape in slide.shapes if shape is not title and shape != title for line in _lines(shape, depth=0)]
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        lines += slide.notes_slide.notes_text_frame.text.split("\n")
    said = " ".join(title.text_frame.text.split()) if title is not None and title.has_text_frame else ""
    return ParsedArticle(title=said, body="\n".join(line for line in lines if line.strip()), page=number)


def _lines(shape: Any, *, depth: int) -> Iterator[str]:
    if depth < _DEEPEST and hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _lines(inner, depth=depth + 1)
    elif getattr(shape, "has_table", False):
        yield from table_lines([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif getattr(shape, "has_text_frame", False):
        yield from (line.replace("\v", "\n") for line in shape.text_frame.text.split("\n"))

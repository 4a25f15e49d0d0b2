from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

MARKUP = "<img src=x onerror=alert(1)> & \"引\" '号'"
ROWS = [
    {"title": "水渠修好了", "section": "要闻", "text": "乙村的水渠通了水。\n水渠全长三千米。"},
    {"title": "大雨下了一夜", "section": "天气", "text": "甲地昨夜有大雨。"},
    {"title": "水渠又修了", "section": "要闻", "text": "丙村也修水渠。"},
]


def write_issue(folder: Path, name: str, rows: list[dict[str, str]]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def pdf_issue(folder: Path, name: str = "县报.pdf") -> Path:
    """A page with a headline and two paragraphs apart."""
    pytest.importorskip("pypdfium2")
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    folder.mkdir(exist_ok=True)
    stream = io.BytesIO()
    page = canvas.Canvas(stream, pagesize=(600, 800))
    page.setFont("STSong-Light", 28)
    page.drawString(60, 700, "青禾县水渠完工通水")
    page.setFont("STSong-Light", 12)
    for at, line in enumerate(
        ("　　青禾县的水渠昨日通了水，全长三千二百米。", "　　沿渠的三个村子都用上了自来水，村民十分高兴。")
    ):
        page.drawString(60, 640 - 200 * at, line)
    page.save()
    path = folder / name
    path.write_bytes(stream.getvalue())
    return path

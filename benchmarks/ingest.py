"""What it costs to read each format, and to keep an archive in step with a folder.

usage: python benchmarks/ingest.py [FILE ...] [--folder DIR] [--encoder real|none]

Without files, one of each text format is made of the sample bulletins. Each file is read in a process of its own, so
that its peak memory is its own; importing Python alone is the first row. Files that ask for much are read by
`python -m benchmarks.faults --hostile`. With --folder, a copy of that folder is built, built again, and then one issue
is added, edited and removed. `--encoder none` puts random vectors in place of the model's, to measure everything else.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from embeddings import BuildReport, Encoder, build, open_encoder, read_issue_file

SAMPLES = Path(__file__).parents[1] / "bulletins"
_LINE_CHARS = 34


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--folder", type=Path, metavar="DIR")
    parser.add_argument("--encoder", choices=("real", "none"), default="real")
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        _read(arguments.files)
        return
    with tempfile.TemporaryDirectory() as folder:
        _measure_formats(arguments.files or _made_files(Path(folder)))
        if arguments.folder:
            _measure_folder(arguments.folder, Path(folder), _encoder(arguments.encoder))


def _measure_formats(files: list[Path]) -> None:
    print("| file | size | articles | characters | seconds | peak memory |\n|---|---|---|---|---|---|")
    for file in [None, *files]:
        command = [sys.executable, __file__, "--read", *([str(file)] if file else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"| {file.name if file else '—'} | {done.stderr.strip().splitlines()[-1]} |")
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        name, size = (file.name, f"{file.stat().st_size / 1000:,.0f} kB") if file else ("nothing", "")
        counts = f"{row['articles']} | {row['characters']:,}"
        print(f"| {name} | {size} | {counts} | {row['seconds']:.2f} | {row['peak']:.0f} MB |", flush=True)


def _read(files: list[Path]) -> None:
    """In a process of its own: read, and print what it took as JSON."""
    started = time.perf_counter()
    articles = [article for file in files for article in read_issue_file(file)]
    seconds = time.perf_counter() - started
    # macOS counts bytes, Linux kilobytes.
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)
    characters = sum(len(article.body) for article in articles)
    row = {"articles": len(articles), "characters": characters, "seconds": seconds, "peak": megabytes}
    print(json.dumps(row))


def _made_files(folder: Path) -> list[Path]:
    """The sample bulletins in every form that can be written without a scanner."""
    articles = [article for path in sorted(SAMPLES.iterdir()) for article in read_issue_file(path) if article.title]
    files = [folder / f"samples.{suffix}" for suffix in ("txt", "md", "jsonl", "html", "docx", "pdf", "zip")]
    text, markdown, rows, web, word, printed, packed = files
    stories = [(article.title, article.body.split("\n")) for article in articles]
    text.write_text("\n\n".join("\n\n".join([f"# {title}", *body]) for title, body in stories), encoding="utf-8")
    markdown.write_text("\n\n".join("\n\n".join([f"## {title}", *body]) for title, body in stories), encoding="utf-8")
    lines = (json.dumps({"title": title, "text": "\n".join(body)}, ensure_ascii=False) for title, body in stories)
    rows.write_text("\n".join(lines), encoding="utf-8")
    parts = "".join(f"<h2>{title}</h2>{''.join(f'<p>{line}</p>' for line in body)}" for title, body in stories)
    web.write_text(f"<!doctype html><html><head><title>样</title></head><body>{parts}</body></html>", encoding="utf-8")
    _write_docx(word, stories)
    _write_pdf(printed, stories)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (text, markdown, rows):
            archive.write(path, path.name)
    return files


def _write_docx(path: Path, stories: list[tuple[str, list[str]]]) -> None:
    import docx

    document = docx.Document()
    for title, body in stories:
        document.add_heading(title, level=1)
        for line in body:
            document.add_paragraph(line)
    document.save(str(path))


def _write_pdf(path: Path, stories: list[tuple[str, list[str]]]) -> None:
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=(595, 842))
    top = 0.0
    for title, body in stories:
        lines = [(22, title[start : start + 20]) for start in range(0, len(title), 20)]
        for paragraph in body:
            indented = "\u3000\u3000" + paragraph
            lines += [(12, indented[start : start + _LINE_CHARS]) for start in range(0, len(indented), _LINE_CHARS)]
        for size, line in lines:
            if top < 80:
                canvas.showPage()
                top = 780
            canvas.setFont("STSong-Light", size)
            canvas.drawString(80, top, line)
            top -= size * 1.6
        top -= 20
    canvas.save()


def _measure_folder(source: Path, work: Path, encoder: Encoder) -> None:
    folder, archive = work / "folder", work / "archive"
    shutil.copytree(source, folder)
    issues = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    held = issues[len(issues) // 2]
    kept = held.read_bytes()
    held.unlink()

    def edit() -> None:
        text = issues[0].read_text(encoding="utf-8")
        # The last sentence that ends a line, so that one article and few of its chunks change.
        issues[0].write_text(text.rstrip().rstrip("。") + "，特此更正。\n", encoding="utf-8")

    steps: list[tuple[str, Callable[[], object]]] = [
        (f"first build, {len(issues) - 1} issues", lambda: None),
        ("nothing changed", lambda: None),
        ("one added", lambda: held.write_bytes(kept)),
        ("one edited", edit),
        ("one removed", held.unlink),
    ]
    print("\n| folder | seconds | chunks encoded | chunks reused | issues |\n|---|---|---|---|---|")
    for name, change in steps:
        change()
        report: BuildReport = build(folder, archive=archive, encoder=encoder)
        total = report.unchanged + report.added + report.replaced
        print(
            f"| {name} | {report.seconds:.1f} | {report.chunks_encoded:,} | {report.chunks_reused:,} | {total} |",
            flush=True,
        )


def _encoder(kind: str) -> Encoder:
    encoder = open_encoder()
    if kind == "real":
        return encoder
    from speed import RandomPassages

    return RandomPassages(encoder)


if __name__ == "__main__":
    main()

"""Pictures of pages → printed lines, by PP-OCR models that come in the wheel of `rapidocr`."""

from __future__ import annotations

import io
import math
import re
import threading
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.config import cores
from embeddings.errors import SourceCode, SourceError
from embeddings.layout.detection import BoundedRecognizer, TiledDetector
from embeddings.layout.geometry import Area, PrintedLine, PrintedPage
from embeddings.layout.pages import scan_begins

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

MAX_PIXELS = 60_000_000

_LONGEST_SIDE = 5000  # pixels; a broadsheet's body text is still 25 high, and more only costs time
_MOST_PIXELS = 18_000_000  # of a page that is read: a broadsheet of that height
_SHORTEST_SIDE = 900  # smaller pictures are enlarged, for the detector to see their characters
_MOST_ENLARGED = 2.0
_LEAST_CONFIDENCE = 0.6  # below it stand patterns of photographs, not characters
_UPRIGHT = 1.8  # height over width of a line that is set from top to bottom
_MOST_LINES = 8000
_LONGEST_STRIP = 100  # times as long as wide; the models take no longer one, and no page is
_SMOOTH_MODES = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")  # of images whose neighbouring pixels may be averaged
_INK = 200  # of 255; lighter pixels are paper
_PAPER = 225  # of 255; printed on paper, three quarters of a line's box are lighter than this
_PICTURE_SIZE = 0.08  # of the page's width
_FULL_SHARE = 0.93  # of a rectangle that a picture must fill
_FLAT_SHARE = 0.5  # of an area's pixels in one tone: a tinted box and not a photograph

_MOST_FRAMES = 5_000  # of a TIFF file
_NEW_SUBFILE_TYPE = 254  # the tag of a TIFF file that says what a frame is

_reading = threading.Lock()  # one page at a time: it uses every core


def read_picture(content: bytes, *, number: int = 1, frame: int = 0, max_pixels: int = MAX_PIXELS) -> PrintedPage:
    """The page in the bytes of a PNG, JPEG, TIFF, BMP or WebP picture. `number` counts from one, `frame` from zero.

    Raises SourceError when the OCR parts are not installed, or the picture is damaged, has more than `max_pixels`, or
    shows no text.
    """
    return read_image(_open(content, frame=frame, max_pixels=max_pixels, is_read=True), number=number)


def frames_of(content: bytes) -> list[int]:
    """Which frames of a picture are pages: those of a TIFF file, else the only or the first one.

    Raises SourceError as `open_picture`.
    """
    image = _opened(content)
    if image.format != "TIFF":
        return [0]
    frames: list[int] = []
    at = 0
    while at < _MOST_FRAMES:
        try:
            image.seek(at)
        except (EOFError, OSError, ValueError, SyntaxError):  # the end, or where the file was cut
            break
        # A small copy of the page before it is none.
        if not image.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & 1:
            frames.append(at)
        at += 1
    return frames or [0]


def read_image(image: Image, *, number: int = 1) -> PrintedPage:
    """The page on an image. Raises SourceError when the OCR parts are not installed, or it shows no text."""
    pixels = _pixels(image)
    scan_begins()
    with _reading:
        lines = _recognise(pixels)
    if not lines:
        raise SourceError(SourceCode.PAGE_UNREADABLE, page=number)
    height, width = pixels.shape[:2]
    rules, pictures = find_marks(pixels, [line.area for line in lines])
    # Writing on a blackboard in a photograph is no news.
    kept = tuple(line for line in lines if not _is_pictured(line.area, pixels, pictures))
    return PrintedPage(number, width, height, kept or tuple(lines), tuple(rules), tuple(pictures))


# One mark that is read as two, full-width and half-width.
_MARK_TWICE = re.compile(r"(?<=，),|,(?=，)|(?<=。)\.|\.(?=。)|(?<=：):|:(?=：)")


def open_picture(content: bytes, *, frame: int = 0, max_pixels: int = MAX_PIXELS) -> Image:
    """A frame of the picture in some bytes, upright.

    Raises SourceError when it is damaged or has more than `max_pixels`.
    """
    return _open(content, frame=frame, max_pixels=max_pixels, is_read=False)


def _opened(content: bytes) -> Any:
    """The picture in some bytes, of which only the header is read. Raises SourceError as `open_picture`."""
    try:
        import PIL.Image
    except ImportError as error:
        raise SourceError(SourceCode.NO_OCR) from error
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; the limit on pixels says more.
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            return PIL.Image.open(io.BytesIO(content))
    except PIL.Image.DecompressionBombError as error:
        raise SourceError(SourceCode.PICTURE_TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise SourceError(SourceCode.PICTURE_DAMAGED, detail=str(error)) from error


def _open(content: bytes, *, frame: int, max_pixels: int, is_read: bool) -> Image:
    """As `open_picture`; one that `is_read` has no more pixels than the models are given."""
    image: Image = _opened(content)
    import PIL.Image
    import PIL.ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            if frame:
                image.seek(frame)
        # The size stands in the header; nothing is unpacked before it is known.
        if image.width * image.height > max_pixels:
            raise SourceError(SourceCode.TOO_MANY_PIXELS, n=image.width * image.height, limit=max_pixels)
        if is_read and max(image.size) > _LONGEST_STRIP * min(image.size):
            raise SourceError(SourceCode.PAGE_UNREADABLE, page=frame + 1)
        if is_read:
            # A JPEG file is decoded at half its size, or less, where that is enough.
            image.draft("RGB", _size_read(image))
            image = _scaled(image)
        image.load()
        return PIL.ImageOps.exif_transpose(image)
    except SourceError:
        raise
    except PIL.Image.DecompressionBombError as error:
        raise SourceError(SourceCode.PICTURE_TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise SourceError(SourceCode.PICTURE_DAMAGED, detail=str(error)) from error


def _pixels(image: Image) -> NDArray[np.uint8]:
    """The image in colours on white, shape (height, width, 3), scaled to what the models read well."""
    # Scaled before it is coloured: copies of a large picture in four colours take more memory than reading it.
    image = _scaled(image)
    if _is_transparent(image):
        import PIL.Image

        # Transparent paper would turn black, with the ink on it.
        coloured = image.convert("RGBA")
        paper = PIL.Image.new("RGBA", coloured.size, "white")
        image = PIL.Image.alpha_composite(paper, coloured)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _size_read(image: Image) -> tuple[int, int]:
    """The width and height in pixels with which an image is read."""
    longest, shortest = max(image.size), min(image.size)
    scale = min(1.0, _LONGEST_SIDE / longest, math.sqrt(_MOST_PIXELS / (longest * shortest)))
    if scale == 1.0 and shortest < _SHORTEST_SIDE:
        scale = min(_MOST_ENLARGED, _SHORTEST_SIDE / shortest, math.sqrt(_MOST_PIXELS / (longest * shortest)))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _scaled(image: Image) -> Image:
    size = _size_read(image)
    if image.size == size:
        return image
    if image.mode not in _SMOOTH_MODES:
        image = image.convert("RGBA" if _is_transparent(image) else "RGB")
    return image.resize(size)


def _is_transparent(image: Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


@lru_cache(maxsize=1)
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise SourceError(SourceCode.NO_OCR) from error
    settings = {
        "Global.log_level": "error",
        # Pages are scaled before, and small print must not be scaled away.
        "Global.max_side_len": 4 * _LONGEST_SIDE,
        "Det.limit_type": "max",
        "Det.limit_side_len": 4 * _LONGEST_SIDE,
        "Det.max_candidates": _MOST_LINES,
        "Global.use_cls": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": cores(),
    }
    engine = RapidOCR(params=settings)
    engine.text_det = TiledDetector(engine._load_det_model())
    engine.text_rec = BoundedRecognizer(engine._load_rec_model())
    return engine


def _recognise(pixels: NDArray[np.uint8]) -> list[PrintedLine]:
    # In a row: of a view in reverse, OpenCV would copy the whole page for each line that is cut out of it.
    found = _engine()(np.ascontiguousarray(pixels[:, :, ::-1]))
    if found.boxes is None:
        return []
    lines = []
    for corners, text, confidence in zip(found.boxes, found.txts, found.scores, strict=True):
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        if confidence < _LEAST_CONFIDENCE or not text.strip():
            continue
        upright = len(text) > 1 and bottom - top > _UPRIGHT * (right - left)
        text = _with_opening_bracket(text) if upright else text
        text = _MARK_TWICE.sub("", text)
        lines.append(PrintedLine(text, Area(float(left), float(top), float(right), float(bottom)), upright))
    return lines


def _is_pictured(area: Area, pixels: NDArray[np.uint8], pictures: list[Area]) -> bool:
    """Whether a line lies in a picture, and not on the paper beside it."""
    if not any(picture.holds(area) for picture in pictures):
        return False
    box = pixels[int(area.top) : int(area.bottom) + 1, int(area.left) : int(area.right) + 1].min(axis=2)
    return bool(np.percentile(box, 75) < _PAPER)


def _with_opening_bracket(text: str) -> str:
    """A headline that opens with the bracket it closes: upright brackets are what the recogniser loses."""
    for opening, closing in ("『』", "「」", "《》", "【】"):
        if closing in text and opening not in text[: text.index(closing)]:
            return opening + text
    return text


def find_marks(pixels: NDArray[np.uint8], text: list[Area]) -> tuple[list[Area], list[Area]]:
    """The rules and the pictures on a page of shape (height, width, 3), told from its text."""
    import cv2

    height, width = pixels.shape[:2]
    # The darkest of the three colours: a red rule is as dark as a black one.
    ink = (pixels.min(axis=2) < _INK).astype(np.uint8)
    pictures = _find_pictures(pixels, ink, text)
    for picture in pictures:
        ink[int(picture.top) : int(picture.bottom), int(picture.left) : int(picture.right)] = 0
    rules = []
    for size in ((max(20, width // 20), 1), (1, max(20, height // 40))):
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size[::-1], np.uint8))
        # A scan's rules are broken and not quite straight.
        lines = cv2.dilate(lines, np.ones((3, 3), np.uint8))
        _, _, components, _ = cv2.connectedComponentsWithStats(lines)
        for left, top, across, down, _ in components[1:]:
            if min(across, down) <= max(8, width // 200):
                rules.append(Area(float(left), float(top), float(left + across), float(top + down)))
    inside = [rule for rule in rules if not any(area.holds(rule) and area.height > 2 * rule.height for area in text)]
    return inside, pictures


def _find_pictures(pixels: NDArray[np.uint8], ink: NDArray[np.uint8], text: list[Area]) -> list[Area]:
    """Large areas of many tones. A tinted box has one tone, and text on it."""
    import cv2

    height, width = ink.shape
    shade = (pixels.min(axis=2) < 240).astype(np.uint8)
    solid = cv2.morphologyEx(shade, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    _, labels, components, _ = cv2.connectedComponentsWithStats(solid)
    found = []
    for label, (left, top, across, down, filled) in enumerate(components[1:], start=1):
        if min(across, down) < _PICTURE_SIZE * width or filled < 0.3 * across * down:
            continue
        if across > 0.95 * width and down > 0.95 * height:
            continue  # the paper itself, grey or yellowed
        for area in _rectangles(labels[top : top + down, left : left + across] == label):
            place = Area(left + area.left, top + area.top, left + area.right, top + area.bottom)
            if min(place.width, place.height) >= _PICTURE_SIZE * width and not _is_flat(pixels, place):
                found.append(place)
    return found


def _is_flat(pixels: NDArray[np.uint8], area: Area) -> bool:
    """Whether most of an area has one tone."""
    part = pixels[int(area.top) : int(area.bottom), int(area.left) : int(area.right)]
    counts = np.bincount(part.mean(axis=2).astype(np.uint8).ravel() // 8, minlength=32)
    return bool(counts.max() >= _FLAT_SHARE * counts.sum())


def _rectangles(mask: NDArray[np.bool_], depth: int = 4) -> list[Area]:
    """A few rectangles that cover a shape and little else: two photographs that touch are not one large one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return []
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    whole = mask[top:bottom, left:right]
    if depth == 0 or whole.mean() > _FULL_SHARE:
        return [Area(float(left), float(top), float(right), float(bottom))]
    step = max(8, min(whole.shape) // 40)
    cuts = [(0, at) for at in range(step, whole.shape[0], step)] + [(1, at) for at in range(step, whole.shape[1], step)]
    if not cuts:
        return [Area(float(left), float(top), float(right), float(bottom))]
    axis, at = min(cuts, key=lambda cut: sum(_covered(part) for part in np.split(whole, [cut[1]], axis=cut[0])))
    first, second = np.split(whole, [at], axis=axis)
    down, across = (at, 0) if axis == 0 else (0, at)
    found = [_moved(area, left, top) for area in _rectangles(first, depth - 1)]
    return found + [_moved(area, left + across, top + down) for area in _rectangles(second, depth - 1)]


def _covered(mask: NDArray[np.bool_]) -> int:
    """How many pixels the smallest rectangle around a shape has."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)) if rows.size else 0


def _moved(area: Area, across: float, down: float) -> Area:
    return Area(area.left + across, area.top + down, area.right + across, area.bottom + down)

"""Where text stands on a picture: rapidocr's detector goes over a large page tile by tile, and memory is bounded."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import SourceCode, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_TILE = 2112  # pixels of a tile's side; its network takes some 0.8 GB
_MARGIN = 320  # pixels around what is taken of a tile: near an edge the network has not seen all of a headline
_STEP = 32  # pixels; what the network reads is a multiple of it
_FLATTEST = 24  # of 255; less between the lightest and the darkest pixel is empty paper
_LONG_LINE = 50.0  # times its height; six such lines at once take 0.2 GB
_LONGEST_LINE = 200.0  # times its height; a row of dots, or a rule
MOST_CHARACTERS = 12_000  # of a box, each as wide as high: a broadsheet without headlines and pictures has 11,000


class BoundedRecognizer:
    """In place of a rapidocr `TextRecognizer`: long lines are read alone, for a batch is as wide as its widest."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._most = recognizer.rec_batch_num

    def __call__(self, request: Any) -> Any:
        """The texts on some cut-out lines, as rapidocr's `TextRecOutput`."""
        from rapidocr.ch_ppocr_rec import TextRecInput, TextRecOutput

        widths = [image.shape[1] / image.shape[0] for image in request.img]
        texts, scores = [""] * len(widths), [0.0] * len(widths)
        for most, is_long in ((self._most, False), (1, True)):
            chosen = [at for at, width in enumerate(widths) if (width > _LONG_LINE) == is_long]
            if not chosen:
                continue
            self._recognizer.rec_batch_num = most
            found = self._recognizer(TextRecInput(img=[request.img[at] for at in chosen], return_word_box=False))
            for at, text, score in zip(chosen, found.txts, found.scores, strict=True):
                texts[at], scores[at] = text, score
        return TextRecOutput(request.img, tuple(texts), tuple(scores), (None,) * len(widths))


class TiledDetector:
    """In place of a rapidocr `TextDetector`: the tiles give one map of the page, of which boxes are made as ever.

    Raises SourceError where the boxes have room for more than MOST_CHARACTERS.
    """

    def __init__(self, detector: Any) -> None:
        self._detector = detector

    def __call__(self, image: NDArray[np.uint8]) -> Any:
        """The boxes on an image of shape (height, width, 3), as rapidocr's `TextDetOutput`."""
        from rapidocr.ch_ppocr_det.utils import TextDetOutput

        height, width = image.shape[:2]
        if is_empty(image):
            return TextDetOutput()
        likelihoods = self._run(image) if max(height, width) <= _TILE else self._run_tiles(image)
        boxes, scores = self._detector.postprocess_op(likelihoods, (height, width))
        kept = [at for at, box in enumerate(boxes) if _is_line(box)]
        if not kept:
            return TextDetOutput()
        boxes = np.asarray(boxes)[kept]
        if (characters := round(sum(map(_room, boxes)))) > MOST_CHARACTERS:
            raise SourceError(SourceCode.PAGE_TOO_FULL, n=characters, limit=MOST_CHARACTERS)
        return TextDetOutput(image, self._detector.sorted_boxes(boxes), [scores[at] for at in kept])

    def _run(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How likely each pixel belongs to text, of shape (1, 1, height, width), each a multiple of 32."""
        likelihoods: NDArray[np.float32] = self._detector.session(self._detector.get_preprocess()(image))
        return likelihoods

    def _run_tiles(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The same, made of tiles."""
        image = self._detector.get_preprocess().resize(image)  # as for a small page: to whole steps
        likelihoods = np.zeros((1, 1, *image.shape[:2]), dtype=np.float32)
        for (top, bottom, above, below), (left, right, before, after) in product(*map(_spans, image.shape[:2])):
            tile = image[top:bottom, left:right]
            if not is_empty(tile):
                found = self._run(np.ascontiguousarray(tile))
                likelihoods[:, :, above:below, before:after] = found[
                    :, :, above - top : below - top, before - left : after - left
                ]
        return likelihoods


def _spans(length: int) -> Iterator[tuple[int, int, int, int]]:
    """Tiles along one side: where each begins and ends, and from where to where its map is taken."""
    step = _step(length)
    for first in range(0, length, step):
        last = min(first + step, length)
        yield max(0, first - _MARGIN), min(length, last + _MARGIN), first, last


def _step(length: int) -> int:
    """How much of a side is taken of each tile, with as few tiles as there may be."""
    if length <= _TILE:
        return length
    half = math.ceil(length / 2 / _STEP) * _STEP
    if half + _MARGIN <= _TILE:  # of two tiles, each has a margin at one end alone
        return half
    return math.ceil(length / math.ceil(length / (_TILE - 2 * _MARGIN)) / _STEP) * _STEP


def is_empty(image: NDArray[np.uint8]) -> bool:
    """Whether a picture shows one tone only."""
    return int(image.max()) - int(image.min()) < _FLATTEST


def _room(box: NDArray[np.float32]) -> float:
    """How many characters, each as wide as high, a box of four corners has room for."""
    across, down = float(np.linalg.norm(box[0] - box[1])), float(np.linalg.norm(box[0] - box[3]))
    return max(across, down) / max(1.0, min(across, down))


def _is_line(box: NDArray[np.float32]) -> bool:
    """Whether a box may be a line that can be read."""
    return _room(box) <= _LONGEST_LINE

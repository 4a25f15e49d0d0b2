"""A large picture is gone over tile by tile, and found on it is what is found on the whole."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings import SourceError
from embeddings.errors import SourceCode

pytest.importorskip("rapidocr", reason="the ocr extra is not installed")

from embeddings.layout import detection
from embeddings.layout.detection import TiledDetector


class DarkPixels:
    """In place of rapidocr's detector: what is dark is likely text, and each box was given before."""

    def __init__(self, boxes: list[list[int]]) -> None:
        self.boxes = [np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], float) for x, y, w, h in boxes]
        self.sizes: list[tuple[int, int]] = []
        self.likelihoods = np.zeros(0)

    def get_preprocess(self):  # type: ignore[no-untyped-def]
        return self

    def __call__(self, image):  # type: ignore[no-untyped-def]
        return image

    def resize(self, image):  # type: ignore[no-untyped-def]
        height, width = image.shape[:2]
        self.image = np.pad(image, ((0, -height % 32), (0, -width % 32), (0, 0)), constant_values=255)
        return self.image

    def session(self, image):  # type: ignore[no-untyped-def]
        self.sizes.append(image.shape[:2])
        return (image.min(axis=2) < 128).astype(np.float32)[None, None]

    def postprocess_op(self, likelihoods, _shape):  # type: ignore[no-untyped-def]
        self.likelihoods = likelihoods[0, 0]
        return self.boxes, [0.9] * len(self.boxes)

    def sorted_boxes(self, boxes):  # type: ignore[no-untyped-def]
        return boxes


def page(width: int, height: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.full((height, width, 3), 255, np.uint8)


@pytest.mark.parametrize(
    ("width", "height"), [(1700, 3001), (5000, 3600), (4243, 90), (detection._TILE + 1, detection._TILE + 1)]
)
def test_the_map_of_a_large_page_is_that_of_its_tiles(width: int, height: int) -> None:
    image = page(width, height)
    image[:: height // 7, :: width // 9] = 0
    image[-1, -1] = 0
    detector = DarkPixels([[10, 10, 300, 20]])
    (box,) = TiledDetector(detector)(image).boxes
    assert box.tolist() == detector.boxes[0].tolist()
    assert (detector.likelihoods == (detector.image.min(axis=2) < 128)).all()
    assert len(detector.sizes) > 1
    assert all(side % 32 == 0 and side <= detection._TILE for size in detector.sizes for side in size)


@pytest.mark.parametrize(
    ("width", "height", "tiles"),
    [(2112, 2112, 1), (2033, 2920, 2), (2480, 3508, 4), (3584, 2112, 2), (3585, 2112, 3), (5000, 3600, 12)],
)
def test_a_page_is_gone_over_in_as_few_tiles_as_hold_it(width: int, height: int, tiles: int) -> None:
    image = page(width, height)
    image[:: height // 7, :: width // 9] = 0
    detector = DarkPixels([[10, 10, 300, 20]])
    TiledDetector(detector)(image)
    assert len(detector.sizes) == tiles
    assert all(side <= detection._TILE for size in detector.sizes for side in size)


def test_empty_paper_is_not_looked_at() -> None:
    detector = DarkPixels([[10, 10, 300, 20]])
    assert TiledDetector(detector)(page(5000, 3600)).boxes is None
    assert detector.sizes == []
    image = page(5000, 3600)
    image[100:120, 100:400] = 0
    TiledDetector(detector)(image)
    assert len(detector.sizes) == 1


def test_what_is_longer_than_any_line_is_none() -> None:
    image = page(3000, 3000)
    image[10:40] = 0
    detector = DarkPixels([[10, 10, 300, 20], [10, 60, 2990, 10]])
    assert len(TiledDetector(detector)(image).boxes) == 1


def test_a_page_that_is_fuller_than_any_newspapers_is_refused() -> None:
    image = page(3000, 3000)
    image[10:40] = 0
    with pytest.raises(SourceError, match="Scan its parts one by one") as caught:
        TiledDetector(DarkPixels([[0, 0, 1000, 10]] * 121))(image)
    assert (caught.value.code, caught.value.params["n"]) == (SourceCode.PAGE_TOO_FULL, 12_100)
    assert len(TiledDetector(DarkPixels([[0, 0, 1000, 10]] * 119))(image).boxes) == 119

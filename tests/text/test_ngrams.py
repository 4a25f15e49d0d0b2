from __future__ import annotations

import pytest

from embeddings.text.ngrams import character_pairs, share_of_pairs


def test_the_pairs_of_a_text_are_those_of_neighbours() -> None:
    assert character_pairs("水库放水库") == {"水库", "库放", "放水"}


@pytest.mark.parametrize("text", ["", "水"])
def test_a_text_of_one_character_has_no_pairs_and_shares_none(text: str) -> None:
    assert character_pairs(text) == set()
    assert share_of_pairs(text, "水库") == 0


def test_the_share_is_of_the_first_text() -> None:
    assert share_of_pairs("水库放水", "水库开闸放水，下游注意安全") == pytest.approx(2 / 3)

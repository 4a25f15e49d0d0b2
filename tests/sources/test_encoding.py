from __future__ import annotations

import os

import pytest

from embeddings.errors import SourceCode, SourceError
from embeddings.sources.encoding import decode
from tests.support.cost import growth

SIMPLIFIED = (
    "昨天上午，城东水库开闸放水，下游三个村的农田得到灌溉。水库管理处说，这次放水持续四天，可以满足早稻返青的需要。\n"
)
TRADITIONAL = (
    "昨天上午，城東水庫開閘放水，下游三個村的農田得到灌溉。水庫管理處說，這次放水持續四天，可以滿足早稻返青的需要。\n"
)
NAMES = ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be")


def read(content: bytes) -> str:
    return decode(content, name="稿件.txt")


@pytest.mark.parametrize("repeats", [1, 100])
@pytest.mark.parametrize("encoding", NAMES)
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL])
def test_every_encoding_of_chinese_newsrooms_is_told_from_the_others(text: str, encoding: str, repeats: int) -> None:
    assert read((text * repeats).encode(encoding)) == text * repeats


@pytest.mark.parametrize("encoding", ["big5", "cp950"])
@pytest.mark.parametrize("length", [10, 30, 57])
def test_big5_is_not_read_as_nonsense_in_gb18030(encoding: str, length: int) -> None:
    text = TRADITIONAL[:length]
    assert read(text.encode(encoding)) == text


def test_ascii_above_the_text_does_not_hide_its_encoding() -> None:
    text = "No. 12, page 1\n" * 5000 + TRADITIONAL
    assert read(text.encode("big5")) == text


def test_lines_end_in_a_line_feed() -> None:
    assert read("第一行\r\n第二行\r第三行".encode()) == "第一行\n第二行\n第三行"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_half_a_character_at_the_end_is_dropped(encoding: str) -> None:
    text = (TRADITIONAL * 3).rstrip("\n") + "完"
    assert read(text.encode(encoding)[:-1]) == text[:-1]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_bad_byte_in_a_long_text_costs_its_character_and_no_more(encoding: str) -> None:
    content = bytearray((SIMPLIFIED * 100).encode(encoding))
    content[len(content) // 2 // 2 * 2] = 0xFF
    text = read(bytes(content))
    assert 1 <= text.count("\ufffd") <= 3
    assert text.startswith(SIMPLIFIED * 40)
    assert text.endswith(SIMPLIFIED * 40)


def test_a_text_with_many_bad_bytes_is_refused() -> None:
    content = bytearray((SIMPLIFIED * 100).encode())
    content[300::300] = b"\xff" * len(content[300::300])
    with pytest.raises(SourceError, match=r"damaged.*Copy it anew"):
        read(bytes(content))


def test_a_file_half_in_one_encoding_and_half_in_another_is_refused() -> None:
    with pytest.raises(SourceError, match="damaged"):
        read((SIMPLIFIED * 50).encode() + (SIMPLIFIED * 50).encode("gb18030"))


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50,
        b"\x7fELF\x02\x01\x01" + bytes(5000),
        b"\xff\xfe" + bytes(range(256)) * 20,
        bytes(1000),
        "Le café a été fermé; déjà vu à Besançon.".encode("cp1252"),
    ],
)
def test_what_is_no_chinese_text_is_refused_with_its_cure(content: bytes) -> None:
    with pytest.raises(SourceError, match=r"稿件\.txt is not text .*save it as UTF-8"):
        read(content)


def test_random_bytes_are_no_text() -> None:
    with pytest.raises(SourceError):
        read(os.urandom(100_000))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_reading_costs_no_more_a_megabyte_in_a_large_file(encoding: str) -> None:
    unit = SIMPLIFIED.encode(encoding)
    contents = {megabytes: unit * (megabytes * 1_000_000 // len(unit)) for megabytes in (4, 20)}
    assert growth(lambda megabytes: read(contents[megabytes]), small=4, large=20) < 2 * 5


NEWS = "山口镇卫生院上周完成扩建，新增病床四十张，门诊楼加装了两部电梯。院长说，扩建用了十四个月。\n"


@pytest.mark.parametrize(
    ("read_as", "written_as"),
    [("latin-1", "utf-8"), ("latin-1", "gb18030"), ("gb18030", "utf-8")],
)
def test_a_text_that_was_read_wrongly_and_saved_again_is_as_it_was(read_as: str, written_as: str) -> None:
    # Few sentences come whole through gb18030.
    news = NEWS if read_as == "latin-1" else "村民说不用跑远路。了\n" * 3
    garbled = news.encode(written_as).decode(read_as)
    assert garbled != news
    assert decode(garbled.encode(), name="a.txt") == news


def test_a_text_that_lost_characters_by_a_wrong_encoding_is_refused_with_its_cure() -> None:
    garbled = NEWS.encode().decode("gb18030", errors="replace")
    with pytest.raises(SourceError, match=r"a\.txt was read as gb18030.*UTF-8 text") as caught:
        decode(garbled.encode(), name="a.txt")
    assert caught.value.code is SourceCode.MISREAD


@pytest.mark.parametrize(
    "text",
    [NEWS, "衛生所擴建工程已於上月完工，新增病床四十張。", "饕餮魑魅魍魉龘靐齉爨纛麤", "naïve café — 5€", "Ünïcödé"],
)
def test_a_text_that_was_read_rightly_stays(text: str) -> None:
    assert decode(text.encode(), name="a.txt") == text

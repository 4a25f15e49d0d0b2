"""Text as users write it and as it is compared: the folded form and simplified script."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

# The traditional forms of the characters that the words around news are made of: bylines, mastheads, editors' names,
# sources, labels and buttons of pages.
_TRADITIONAL = re.compile(
    "[並佈來們傳價億內別則創劃動務區協參員問啟單國園圖執報場學實審寫將專導屆層廠廢廣廳張錄彙後從態應戶掃採擊據攔攝敎數於時曆會條構標機"
    "檔檢欄權歡歲歷氣準滙瀏為熱營現當發盡監眾碼禮種稱節簡簽籤級終組結給統經維網編線緻縣總繫續習聞聯聲職臺與號製複見視覽觀觸計訊記訪設許註"
    "評詢試話該誌認說請論證識讀讓財責貸貼資賓贊載輕輯轉辦這連週進運過選遺還郵鄉鎮錯鎖鏈鏡長門閉開間閱關際隨雜電頁頂項頒預頻題類館體點黨]|报导"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_HALFWIDTH = str.maketrans("０１２３４５６７８９－／．", "0123456789-/.")
_ONE_BY_ONE = re.compile(r"(?:[\u4e00-\u9fff]\s+){3,}[\u4e00-\u9fff]")
# They turn the direction in which what follows is written, so that a name ends otherwise than it seems to.
_DIRECTION_MARK = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def _convert(text: str) -> str:
    try:
        return str(_to_simplified().convert(text))
    except UnicodeEncodeError:  # a lone surrogate, which JSON and terminals can bring in
        return str(_to_simplified().convert(well_formed(text)))


def well_formed(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, so that it can be encoded; of the same length."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def without_direction_marks(text: str) -> str:
    """The text as it is stored, without what turns the direction in which it is shown."""
    return _DIRECTION_MARK.sub("", text)


def fold(text: str) -> str:
    """The form in which texts are compared: NFKC, lower case, simplified script. Its length may differ."""
    return _convert(unicodedata.normalize("NFKC", text).lower())


def simplified(text: str) -> str:
    """The text in simplified script, character for character, so that places in it hold; else the text as it is."""
    converted = _convert(text)
    return converted if len(converted) == len(text) else text


def simplified_furniture(text: str) -> str:
    """`simplified`, for lines whose words are compared with lists of words: 記者…報導 is 记者…报道.

    Nearly every line of a page is simplified already, and looking costs less than converting.
    """
    return simplified(text).replace("报导", "报道") if _TRADITIONAL.search(text) else text


def halfwidth_digits(text: str) -> str:
    """The text with half-width digits and the marks between those of a date, character for character."""
    return text.translate(_HALFWIDTH)


def without_letterspacing(title: str) -> str:
    """A title whose characters were set apart one by one, closed up; any other as it is."""
    return re.sub(r"\s+", "", title) if _ONE_BY_ONE.fullmatch(title) else title


def fold_to_words(text: str) -> str:
    """The folded text without spaces and punctuation, as answers are compared."""
    return _NOT_WORD.sub("", fold(text))

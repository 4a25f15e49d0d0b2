"""Words of answers that are put together from several articles or parts: (Chinese, English, English for one)."""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {}

SAID: dict[str, tuple[str, ...]] = {
    "overview_head": (
        "{within}有{n}篇文章提到“{topic}”：",
        "{within}{n} articles speak of “{topic}”:",
        "{within}{n} article speaks of “{topic}”:",
    ),
    "overview_more": ("另有{n}篇没有列出。", "{n} more are not listed.", "{n} more is not listed."),
    "overview_people": ("文中还提到的人：{names}。", "People named there: {names}."),
    "overview_numbers": ("文中的数字：{numbers}。", "Numbers given there: {numbers}."),
    "authored_head": (
        "{within}署名“{name}”的文章有{n}篇",
        "{within}{n} articles are signed “{name}”",
        "{within}{n} article is signed “{name}”",
    ),
    "authored_pictures": (
        "{within}署名“{name}”的图片有{n}幅",
        "{within}{n} pictures are signed “{name}”",
        "{within}{n} picture is signed “{name}”",
    ),
    "part_missing": ("公报里没有找到。", "The bulletin does not say."),
    "unsettled": ("文中没有直接说，最接近的是：", "The text does not settle it; what comes closest: "),
    "filter_dropped": (
        "“{words}”（{label}）那些期里没有找到，改为不限时间查找。",
        "Nothing was found for “{words}” ({label}); all issues were searched. ",
    ),
    "question_cut": ("问题较长，按“{asked}”查找。", "The question is long; “{asked}” was searched for. "),
    "choice_of": ("{name}：", "{name}: "),
}

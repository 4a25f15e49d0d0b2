"""Words around what the bulletin says, and of refusals: (Chinese, English, English for one).

An answer in other words needs its phrase here and `words(key, ...)` where the answer is made. Which language is shown
is for the page to choose, or for the question where there is no page (`in_language_of`).
"""

from __future__ import annotations

LABELS: dict[str, tuple[str, ...]] = {}

SAID: dict[str, tuple[str, ...]] = {
    # Refusals. `nearest` is "nearest_articles" or nothing.
    "answer_not_found": (
        "公报里没有找到“{asked}”的答案。{nearest}",
        "The bulletin does not answer “{asked}”. {nearest}",
    ),
    "archive_holds_nothing": ("资料库里还没有文章。", "There is no article in the archive yet."),
    "nearest_articles": ("内容最接近的文章：{titles}。", "The nearest articles: {titles}."),
    "nothing_left": (
        "所选期数、日期或栏目内没有文章，请放宽筛选条件再问。",
        "There is no article in the chosen issues, dates or sections. Please widen the filters and ask again.",
    ),
    "nothing_more": (
        "除了上面说的，公报里没有找到别的。",
        "The bulletin says nothing else of it.",
    ),
    "nothing_then": (
        "公报里没有找到{label}（“{words}”）的文章。{nearest}",
        "There is no article of {label} (“{words}”). {nearest}",
    ),
    "nothing_then_but": ("不限时间，{nearest}", "At other times: {nearest}"),
    # Answers of several issues or times.
    "told_on": ("{day}的说法：{short}[{number}]", "On {day}: {short}[{number}]"),
    "told_with_day": ("{said}（{label}）", "{said} ({label})"),
    "compared": ("{label}：{said}[{number}]", "{label}: {said}[{number}]"),
    "compared_not_found": ("{label}：没有找到“{topic}”的答案。", "{label}: no answer to “{topic}” was found."),
    # Answers put together from several articles or parts.
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

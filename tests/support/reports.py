"""Issues in which one story is told several times, among others that have nothing to do with it."""

from __future__ import annotations

from pathlib import Path

from tests.support.issues import write_issue

STORY = "青石河大桥"
_OTHERS = (
    ("小麦丰收了", "白沙村的小麦收了六百亩，晒在打谷场上，亩产比去年多了八十斤。"),
    ("新书架到校", "县图书馆给三所小学送去书架和两千册图书，孩子们排队借书。"),
    ("夜校开讲", "文化馆的夜校每周二晚上教书法和二胡，报名的有四十多人。"),
    ("消防演练", "商场里响起警报，店员带着顾客从楼梯走到广场，用了三分钟。"),
    ("养蜂人老周", "老周在山坡上放了九十箱蜂，槐花蜜卖到了外省。"),
    ("公交改线", "七路公交车从下月起绕行东门，早班车提前到五点半，局长赵大明说。"),
    ("篮球联赛", "十二支村队打了两周，北街队以一分险胜，拿了奖杯。"),
    ("疫苗接种", "卫生院周末也给老人打流感疫苗，带上医保卡就行。"),
)
BEGINS = "青石河大桥昨日开工，桥长六百二十米，双向四车道，由县交通局建设，预计明年国庆前通车。"
CLOSES = "青石河大桥昨日合龙，桥长六百二十米，双向四车道，县交通局说国庆前一定通车。"
OPENS = "青石河大桥今日通车，桥长六百二十米，双向四车道，县交通局组织两岸村民第一批过桥。"


def write_reports(folder: Path) -> None:
    """Four issues: the bridge is begun, closed and opened, and the second report is printed twice."""
    told = {
        "县报-2025-03-02.jsonl": [("青石河大桥开工", BEGINS)],
        "县报-2025-06-10.jsonl": [("青石河大桥合龙", CLOSES)],
        "晚报-2025-06-11.jsonl": [("青石河大桥合龙了", CLOSES)],
        "县报-2025-09-28.jsonl": [("青石河大桥通车", OPENS)],
    }
    for place, (name, stories) in enumerate(told.items()):
        others = [(f"{_rare(8 * place + n, 4)}", _rare(8 * place + n, 40)) for n in range(8)]
        rows = [*stories, *_OTHERS[2 * place : 2 * place + 2], *others]
        write_issue(folder, name, [{"title": title, "text": text, "section": "要闻"} for title, text in rows])


def _rare(place: int, length: int) -> str:
    """Some characters that stand nowhere else here, so that nothing is near to them."""
    return "".join(chr(0x6000 + 50 * place + at) for at in range(length))

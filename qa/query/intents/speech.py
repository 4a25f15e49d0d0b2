"""Questions for what somebody said (王某在会上讲了什么, 区长提了哪些要求): answered with what is reported of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.query.colloquial import plain
from qa.query.referents import names_in

_TITLE = r"(?:(?P<title>[^：:]{4,60})[：:])?"
_LEAD = r"(?:请问|那么?|当时|在?(?:这次|此次|那次)?(?:大|座谈|发布|推进|动员|现场)?会(?:议)?上|采访(?:中|时)|，|,)*"
_WHERE = r"(?:在[^，,。？?]{0,14}?[上中里时])?"
_HOW = r"(?:又|都|还|具体|主要|究竟|到底|反复|一共|对记者|向记者)*"
_SAID = r"(?:说|讲|谈|强调|指出|要求|表示|提出?|介绍|回忆|透露|呼吁|提醒|建议|解释)"
_WHAT = r"(?:了|过|的|到)*(?:些|是)?(?:什么|哪些)(?:话|内容|要求|意见|建议|事情?|方面)?"
_PATTERN = re.compile(
    rf"^{_TITLE}{_LEAD}(?P<who>[^，,。？?：:]{{2,12}}?){_WHERE}{_HOW}{_SAID}{_WHAT}[呢啊呀]?\s*[？?。.！!]*$"
)
_POST = re.compile(
    r"(?:书记|主任|[区市县镇乡村局院校会队部所站馆厂社行班组]长|经理|主席|总理|总统|教授|医生|老师|发言人|负责人|专家|主持人|院士|教练|委员|代表)$"
)


@dataclass(frozen=True, slots=True)
class Speech:
    """Whose words a question asks for: a name or a post, and the title of the article meant, if it names one."""

    who: str
    is_post: bool
    title: str = ""


def read_speech(question: str) -> Speech | None:
    """Whose words a question asks for; None for another question."""
    match = _PATTERN.match(plain(" ".join(question.split())))
    if match is None:
        return None
    who = match["who"]
    is_person = names_in(who) == [who] or "·" in who
    if not is_person and not _POST.search(who):
        return None
    return Speech(who, is_post=not is_person, title=match["title"] or "")

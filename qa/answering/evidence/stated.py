"""How likely a newspaper states what a question asks for, by the question's words, and what a text leaves unsaid of it.

Readers ask for more than papers tell: where something was held stands in most reports, how it ended, what it cost and
how old someone was in few. So a sentence that seems to say the one deserves more belief than one that seems to say the
other. The weights are of runs of up to three characters, fitted by `training/fit_stated.py` on questions of local news,
a third of which their article does not answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from embeddings import SURNAMES_IN_TEXT, fold_to_words

WEIGHTS_PATH = Path(__file__).parents[1] / "weights" / "stated.json"
LONGEST_RUN = 3  # characters

# Kin whom a question asks after, and the words without one of which a text near at hand says nothing of them.
_NO_TITLE = rf"(?<![{SURNAMES_IN_TEXT}老小大])"  # 盛师傅 and 聂婆婆 are themselves
_KIN = tuple(
    (re.compile(asked), re.compile(told))
    for asked, told in (
        (r"儿子", r"儿|[长次独]子|独生|之子|老[大二三]|孩子|子女|小子|娃|父子|母子"),
        (r"女儿|闺女", r"女儿|闺女|儿女|丫头|孩子|子女|娃|[父母长次小生独之]女"),
        (r"孙[女子儿]|孙辈", r"孙"),
        (r"爱人|妻子|老婆|媳妇|老伴|丈夫|老公", r"爱人|妻|老伴|媳妇|老婆|丈夫|老公|夫妇|夫妻|两口|内人|嫂|[嫁娶]"),
        (r"[爸妈]|父亲|母亲|父母|爹", r"爸|妈|父|母|爹|娘|双亲|家长"),
        (rf"{_NO_TITLE}(?:婆婆|公公|公婆)", r"婆婆|公公|公婆|夫家|婆媳"),
        (r"岳[父母]|丈人|丈母", r"岳|丈人|丈母"),
        (r"哥哥?(?!们)|弟弟|兄弟", r"哥|弟(?!子)|兄"),
        (r"姐姐|妹妹|姐妹", r"姐|妹"),
        (r"徒弟|学徒", r"徒|学生|弟子|跟[他她]学"),
    )
)
_OWN_KIN = re.compile(rf"[我俺咱]们?家?的?(?:{'|'.join(asked.pattern for asked, _ in _KIN)})")  # of whoever asks
_AGE_OR_NAME_OF_KIN = re.compile(
    rf"(?:{'|'.join(asked.pattern for asked, _ in _KIN)})[^，,。哪谁最]{{0,4}}?"
    r"(?:多大(?!面积)|几岁|多少岁|(?:岁数|年纪|年龄)(?!最)|高寿|是谁|叫什么|叫啥|姓什么|名字)"
)
# Events of which a question asks when, and the words without one of which a text tells of no such event.
_EVENTS = tuple(
    (re.compile(asked), re.compile(told))
    for asked, told in (
        (r"开工|动工|开建|奠基|破土", r"开工|动工|开建|奠基|开始|启动|打下|破土|进场|施工|开挖|开钻|投产|起"),
        (
            r"通车|通行|开通|通(?=[了的]|$)|启用|投用|投入使用|开馆|开业|开张|开园|通水|通电|通气",
            r"通|开|启|投用|使用|营业|运营|迎|运行|揭牌|首日|放行|第一次",
        ),
        (r"完工|竣工|建成|修好|修完|建好|封顶|完成|交付", r"完|竣|成|好|封顶|交|落|结束|到|恢复|收尾"),
        (r"去世|逝世|过世|离世|病逝", r"世|逝|走了|享年|寿|亡|卒|死|终|圆寂"),
        (r"退休", r"(?<!离)退(?!伍|役|耕|款|还|回|出)|离休(?!干)|卸任"),
        (r"结婚|成亲", r"婚|亲|嫁|娶|成的?家"),
        (r"出生|哪年生|生日", r"生|诞|岁"),
        (r"毕业", r"毕业|学历|考上|读"),
        (r"入的?党", r"党"),
        (r"报名", r"报|登记|申|招|截|时间"),
    )
)


def lacks_the_kin(question: str, near: str) -> bool:
    """Whether a question asks after somebody's kin (他孙女多大) of whom a text near at hand names none.

    In the training files it is so for one in six of those that are answered, and for half of those that are not.
    """
    question = _OWN_KIN.sub("", question)
    return any(asked.search(question) and not told.search(near) for asked, told in _KIN)


def is_of_other_kin(question: str, quote: str) -> bool:
    """Whether a question asks how old somebody's kin is, or what they are called, and a quote names none of them.

    In the training files that is so for one in fifteen that are answered, and for more than half of those that are not.
    """
    return _AGE_OR_NAME_OF_KIN.search(question) is not None and lacks_the_kin(question, quote)


def lacks_the_event_asked_for(question: str, sentence: str) -> bool:
    """Whether a question asks when something was begun, opened, finished …, and a sentence tells of no such event.

    In the training files it is so for one in ten questions that are answered, and for half of those that are not.
    """
    return any(asked.search(question) and not told.search(sentence) for asked, told in _EVENTS)


def odds_of_being_stated(question: str) -> float:
    """Log-odds that a newspaper that reports on something states what a question in Chinese asks of it."""
    bias, weights = _weights()
    return bias + sum(weights.get(run, 0.0) for run in set(runs_of(question)))


def runs_of(question: str) -> Iterator[str]:
    """The runs of one to three characters of a question, folded, without what stands between words."""
    folded = fold_to_words(question)
    for length in range(1, LONGEST_RUN + 1):
        yield from (folded[start : start + length] for start in range(len(folded) - length + 1))


@lru_cache(maxsize=1)
def _weights() -> tuple[float, dict[str, float]]:
    stored = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    return float(stored["bias"]), {run: float(weight) for run, weight in stored["weights"].items()}

"""Answers from a small town's issues in which facts change, tables have columns, and results stand side by side."""

from __future__ import annotations

from datetime import date

import pytest

from embeddings import build
from qa import Assistant
from qa.types import AnswerKind
from tests.support.issues import write_issue

POOL = "场次 | 时间 | 大人 | 学生\n上午 | 8:00—11:00 | 20元 | 8元\n夜场 | 18:00—21:00 | 25元 | 12元\n深水区要考试。"
SWANS = "观鸟站年年数鸟：\n年份 | 天鹅（只）\n2022 | 41\n2023 | 53\n2024 | 67\n天鹅比前年多了26只。"
RACES = (
    "女子800米第一名苗秋，2分31秒。\n男子800米第一名柏青，2分08秒。\n"
    "跳远成绩\n男子组\n第1名 石岩 5米2\n第2名 柏青 5米1\n女子组\n第1名 唐叶 4米3\n第2名 苗秋 4米1\n"
    "拔河半决赛，东街队2比0胜西街队。\n拔河决赛，东街队1比2输给码头队。"
)
CLOSED = "石桥通车当天封路如下。\n路段 | 时间\n河街 | 7:00—12:00\n桥北路 | 8:00—11:00\n渡口巷 | 全天"
ROOMS = "书屋十月起这样开放：\n厅室 | 周一 | 周二至周日\n自习室 | 13:00—21:00 | 8:00—21:00\n少儿厅 | 闭馆 | 9:00—17:00"
PUPILS = "戏班收了三个徒弟。岁数最大的是梁小舟，22岁，学武生；岁数最小的是唐圆圆，11岁，学青衣。"
MENU = "米粉店11月起调价，免费的汤照旧。\n品名 | 原价 | 新价\n牛肉粉 | 10 | 12\n素粉 | 6 | 7"
WATER = "水厂这样上门验水：\n上河村：11月3日至5日\n下河村：11月6日、7日\n柳树坪村：11月10日\n验水不收钱。"
MEETING = "会上定了三条规矩：一是进山不带火种；二是船上要穿救生衣；三是集市九点收摊。书记石大有主持。"
SOCIETY = (
    "当了八年理事长的卢大江没有再参选，接替他的是28岁的柏青。柏青是茶叶合作社的会计，老家在柳坪，老伴还没有。"
    "卢大江今年61岁，老伴唐秀兰59岁，在街上开茶馆。"
)
CREWS = "今年评出的船工如下。\n渡口班\u3000柏国梁、何大川\n货船班\u3000石秀\n修船班\u3000唐叶"
LETTER = (
    "读者苗大娘来信：我在外地带孙子，听说养老金每年要认证，不回来能不能认证？\n社保所答复：不用回来，手机刷脸就能认证。"
)
MATCH = "镇乒乓球队捧回三金一银，奖牌挂在文化站。女单决赛里，唐叶以3比1赢了苗秋。"
ISSUES = {
    "2024-03-01": [
        ("合作社分红", "茶叶合作社理事长卢大江报了账，户均分红五千元。"),
        ("浮桥要改成石桥", "2月20日，镇里定下把老浮桥改成石桥，预算90万元，5月动工。"),
        ("护林队招人", "护林队眼下有24人，队长黎望山说，再招6个会骑摩托车的。"),
        ("游泳池开放时间", POOL),
    ],
    "2024-06-07": [
        ("石桥动工", "5月12日，石桥在老浮桥下游打下第一根桩，施工队长是石大有。"),
        ("湖里的天鹅", SWANS),
        ("镇运动会成绩", RACES),
    ],
    "2024-11-15": [
        ("年度船工名单", CREWS),
        ("米粉店调价", MENU),
        ("各村验水", WATER),
        ("镇里开会", MEETING),
        ("合作社换届", SOCIETY),
        ("石桥通车", "11月3日，石桥通车。全桥结账94万元，比预算多了4万元，头一个过桥的是摆渡人胡长水。"),
        ("石桥通车当天封路", CLOSED),
        ("护林队添了车", "护林队如今31人，镇里给配了4辆巡山车。"),
        ("戏班收徒", PUPILS),
        ("书屋各厅开放时间", ROOMS),
        ("养老认证怎么办", LETTER),
        ("乒乓球队载誉归来", MATCH),
    ],
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("town")
    for day, articles in ISSUES.items():
        write_issue(folder, f"石桥镇报 {day}.jsonl", [{"date": day, "title": t, "text": body} for t, body in articles])
    build(folder, archive=folder / "archive")
    opened = Assistant.open(folder / "archive")
    return Assistant(opened.archive, opened.encoder, reader=opened.reader, today=lambda: date(2024, 11, 20))


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("护林队现在有多少人", "31人"),
        ("牛肉粉涨完价多少钱一碗", "12"),
        ("牛肉粉涨价前多少钱一碗", "10"),
        ("卢大江的老伴多大", "59岁"),
        ("石桥最后花了多少钱", "94万元"),
        ("夜场学生多少钱", "12元"),
        ("今年有多少只天鹅", "67"),
        ("男子800米谁拿了第一", "柏青"),
        ("拔河决赛打了几比几", "1比2"),
        ("戏班的徒弟哪个岁数最大", "梁小舟"),
        ("乒乓球女单决赛比分多少", "3比1"),
    ],
)
def test_the_value_that_is_asked_for_is_told(town: Assistant, question: str, short: str) -> None:
    answer = town.ask(question)
    assert short in answer.short
    assert len(answer.short) <= len(short) + 2
    for citation in answer.citations:
        assert citation.article.body[citation.start : citation.end] == citation.quote


@pytest.mark.model
def test_what_was_so_before_stands_behind_what_is_so_now(town: Assistant) -> None:
    answer = town.ask("护林队现在有多少人")
    assert [citation.short for citation in answer.citations] == ["31人", "24人"]


@pytest.mark.model
def test_what_a_letter_asks_is_answered_by_the_answer_to_it(town: Assistant) -> None:
    assert "刷脸" in town.ask("养老金认证人不在本地怎么办").quote


@pytest.mark.model
def test_the_other_of_two_is_asked_for_in_few_words(town: Assistant) -> None:
    assert town.ask("最小的呢", before=town.ask("戏班的徒弟哪个岁数最大")).short == "唐圆圆"


@pytest.mark.model
def test_the_items_below_a_line_are_of_what_it_says(town: Assistant) -> None:
    answer = town.ask("跳远女子前两名是哪些人")
    assert [citation.short for citation in answer.citations] == ["唐叶", "苗秋"]


@pytest.mark.model
def test_a_column_of_a_table_is_a_list(town: Assistant) -> None:
    answer = town.ask("石桥通车那天封哪些路")
    assert [citation.short for citation in answer.citations] == ["河街", "桥北路", "渡口巷"]


@pytest.mark.model
@pytest.mark.parametrize(("room", "begins"), [("自习室", "能。"), ("少儿厅", "不能。")])
def test_yes_or_no_is_read_in_the_column_that_is_asked_for(town: Assistant, room: str, begins: str) -> None:
    assert town.ask(f"周一能去书屋的{room}看书吗").text.startswith(begins)


@pytest.mark.model
def test_the_course_of_a_thing_is_told_from_first_to_last(town: Assistant) -> None:
    answer = town.ask("石桥从头到尾是怎么个过程，讲讲")
    assert answer.kind is AnswerKind.OVERVIEW
    told = [citation.article.title for citation in answer.citations]
    assert told == ["浮桥要改成石桥", "石桥动工", "石桥通车", "石桥通车当天封路"]
    assert all(day in answer.text for day in ("2月20日", "5月12日", "11月3日"))
    assert "“石桥” from first to last, in 4 reports" in answer.text.english


@pytest.mark.model
def test_what_each_of_several_has_is_told_line_by_line_and_what_was_announced_item_by_item(town: Assistant) -> None:
    water = town.ask("各村哪几天验水")
    assert [citation.quote[:3] for citation in water.citations] == ["上河村", "下河村", "柳树坪"]
    crews = town.ask("今年评上的船工都有哪些人")
    assert [name in crews.text for name in ("柏国梁", "何大川", "石秀", "唐叶")] == [True] * 4
    rules = town.ask("镇里开会定的三条规矩是什么")
    assert [word in rules.text for word in ("火种", "救生衣", "收摊")] == [True] * 3


@pytest.mark.model
def test_whether_something_still_is_so_is_told_by_the_newest_issue(town: Assistant) -> None:
    assert town.ask("茶叶合作社还是卢大江当理事长吗").text.startswith("不是")
    assert town.ask("米粉店的汤还免费吗").text.startswith("是")

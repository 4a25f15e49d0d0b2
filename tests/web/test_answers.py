from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from embeddings import Article, Issue
from qa import Answer, AnswerKind, Citation, Passage
from qa.web.html import answers as answer_html

BODY = "丰台站建了四年。\n车站6月20日启用，首班车早上开出。\n周边公交同日开通。"
QUOTE = "车站6月20日启用，首班车早上开出。"
ISSUE = Issue(id="i1", name="新闻摘编", date=date(2022, 6, 17), source="a.md")
ARTICLE = Article("a1", ISSUE, "丰台站启用", BODY, section="国内", byline="本报记者 张三", date=date(2022, 6, 17))
PASSAGE = Passage(ARTICLE, BODY, 0, len(BODY), 1.0)
START = BODY.index(QUOTE)
CITATION = Citation(1, ARTICLE, QUOTE, START, START + len(QUOTE))
ANSWER = Answer(
    question="何时启用？",
    kind=AnswerKind.FOUND,
    text=f"{QUOTE}[1]",
    quote=QUOTE,
    citations=(CITATION,),
    passages=(PASSAGE,),
    confidence=0.9,
)
MARKUP = "<img src=x onerror=alert(1)> & \"引\" '号'"


def marked(page: str) -> str:
    return "".join(unescape(text) for text in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL))


def shown(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", page))


@given(st.text(), st.integers(-5, 50), st.integers(-5, 50))
def test_marking_changes_no_character(text: str, start: int, end: int) -> None:
    page = answer_html.mark_quote(text, start, end)
    assert shown(page) == text
    first, last = max(0, start), min(end, len(text))
    assert marked(page) == (text[first:last] if first < last else "")


def card_of(passage: Passage, *citations: Citation) -> str:
    return answer_html.article_card([(1, passage, [one.number for one in citations])], citations)


def test_the_quote_is_marked_where_it_stands() -> None:
    card = card_of(PASSAGE, CITATION)
    assert f'<p><mark data-cites="1">{QUOTE}</mark></p>' in card
    assert marked(card) == QUOTE


def test_a_quote_that_crosses_a_line_is_marked_in_both_paragraphs() -> None:
    quote = BODY[START - 5 : START + 6]
    card = card_of(PASSAGE, Citation(1, ARTICLE, quote, START - 5, START + 6))
    assert card.count("<mark ") == 2
    assert marked(card) == quote.replace("\n", "")


def test_each_quote_of_a_passage_is_marked_with_its_number_and_what_overlaps_once() -> None:
    places = [(START, START + 3), (START + 2, START + 5), (START + 6, START + 8)]
    quotes = [Citation(number, ARTICLE, BODY[a:b], a, b) for number, (a, b) in enumerate(places, start=1)]
    card = card_of(PASSAGE, *reversed(quotes))
    found = re.findall(r'<mark data-cites="([^"]*)">(.*?)</mark>', card)
    assert found == [("1 2", BODY[START : START + 5]), ("3", BODY[START + 6 : START + 8])]
    assert shown(card) == shown(card_of(PASSAGE, quotes[0])).replace("[1]", "[3][2][1]")


def test_a_card_tells_a_quote_once_where_passages_overlap() -> None:
    cited = Citation(2, ARTICLE, BODY[-5:], len(BODY) - 5, len(BODY))
    whole, end = PASSAGE, replace(PASSAGE, text=BODY[-9:], start=len(BODY) - 9)
    assert (
        marked(answer_html.article_card([(1, whole, [1, 2]), (2, end, [2])], [CITATION, cited])).count(cited.quote) == 1
    )
    begin = replace(PASSAGE, text=BODY[:-9], end=len(BODY) - 9)
    card = answer_html.article_card([(1, begin, [1]), (2, end, [2])], [CITATION, cited])
    assert marked(card) == CITATION.quote + cited.quote


def test_a_passage_is_cut_out_of_its_article_and_says_so() -> None:
    passage = Passage(ARTICLE, QUOTE, START, START + len(QUOTE), 1.0)
    card = card_of(passage, CITATION)
    assert "丰台站建了四年" not in card
    assert marked(card) == QUOTE
    assert card.count("……") == 2


def test_the_article_shows_every_paragraph_with_the_passage_set_off() -> None:
    passage = Passage(ARTICLE, QUOTE, START, START + len(QUOTE), 1.0)
    page = answer_html.article_view(passage, CITATION)
    assert all(line in shown(page) for line in BODY.split("\n"))
    assert f'<span class="passage"><mark data-cites="1">{QUOTE}</mark></span>' in page


def test_a_quoted_byline_is_marked_in_the_byline() -> None:
    card = card_of(PASSAGE, Citation(1, ARTICLE, "本报记者 张三", None, None))
    assert '<span class="byline" lang="zh"><mark>本报记者 张三</mark></span>' in card


def test_a_card_names_date_issue_section_and_byline() -> None:
    text = shown(card_of(PASSAGE))
    assert all(part in text for part in ("丰台站启用", "2022年6月17日", "新闻摘编", "国内", "本报记者 张三"))


def test_an_unknown_date_and_a_missing_title_are_said() -> None:
    card = shown(card_of(replace(PASSAGE, article=replace(ARTICLE, title="", date=None))))
    assert "日期不详" in card
    assert "（无题）" in card


def test_an_answer_shows_its_quote_once_and_its_source() -> None:
    text = shown(answer_html.answer_bubble(ANSWER))
    assert text.count(QUOTE) == 1
    assert "《丰台站启用》 · 新闻摘编 · 2022年6月17日" in text


def test_a_written_answer_shows_the_quote_it_rests_on() -> None:
    page = answer_html.answer_bubble(replace(ANSWER, text="六月下旬。[1]"))
    assert f'<blockquote class="quote">{QUOTE}</blockquote>' in page


def test_only_the_numbers_of_citations_become_references() -> None:
    page = answer_html.answer_bubble(replace(ANSWER, text=f"见[7]。{QUOTE}[1]"))
    assert '<a class="cite" href="#cite-1">[1]</a>' in page
    assert "见[7]。" in page


def test_an_abstention_shows_the_nearest_articles_and_marks_nothing() -> None:
    page = answer_html.evidence(replace(ANSWER, text="公报里没有。", quote="", citations=(), kind=AnswerKind.NOT_FOUND))
    assert "内容最接近的文章" in page
    assert "<mark" not in page


def test_an_answer_without_passages_says_that_there_is_nothing_to_show() -> None:
    assert "没有可以显示的文章" in answer_html.evidence(replace(ANSWER, passages=(), citations=()))


def test_a_citation_belongs_to_the_passage_that_holds_its_quote() -> None:
    elsewhere = replace(ARTICLE, issue=replace(ISSUE, id="i2"))  # two issues may use one article id
    before = Passage(ARTICLE, BODY[:8], 0, 8, 0.5)
    assert answer_html.cited(PASSAGE, [CITATION]) is CITATION
    assert answer_html.cited(before, [CITATION]) is None
    assert answer_html.cited(replace(PASSAGE, article=elsewhere), [CITATION]) is None


def test_markup_in_a_title_is_shown_as_text() -> None:
    issue = replace(ISSUE, name=MARKUP)
    article = replace(ARTICLE, issue=issue, title=MARKUP, section=MARKUP, byline=MARKUP, body=MARKUP)
    passage = Passage(article, MARKUP, 0, len(MARKUP), 1.0)
    citation = Citation(1, article, MARKUP, 0, len(MARKUP))
    answer = Answer(
        question=MARKUP,
        kind=AnswerKind.FOUND,
        text=f"{MARKUP}[1]",
        quote=MARKUP,
        citations=(citation,),
        passages=(passage,),
        confidence=0.9,
    )
    pages = [
        answer_html.question_bubble(MARKUP),
        answer_html.note_bubble(MARKUP),
        answer_html.answer_bubble(answer),
        answer_html.evidence(answer),
        answer_html.article_view(passage, citation),
    ]
    for page in pages:
        assert "<img" not in page
        assert MARKUP in shown(page)


def test_a_question_that_was_too_long_is_shown_shortened() -> None:
    assert len(shown(answer_html.question_bubble("长" * 100_000))) < 300


def test_the_masthead_tells_how_much_there_is_and_from_when_to_when() -> None:
    page = answer_html.masthead(issues=5, articles=54, first=date(2021, 8, 2), last=date(2022, 6, 17))
    chinese = re.sub(r'<span class="en".*?</span>', "", page)
    assert "5 期 · 54 篇文章 · 2021-08-02 至 2022-06-17" in shown(chinese)


def test_cited_articles_come_first_each_once_and_the_others_are_folded_away() -> None:
    other = replace(ARTICLE, id="b", title="别的事")
    begun = Passage(ARTICLE, BODY[:8], 0, 8, 0.5)
    passages = (Passage(other, BODY[:8], 0, 8, 0.9), begun, PASSAGE)
    page = answer_html.evidence(replace(ANSWER, passages=passages))
    shown_first, _, folded = page.partition("<details")
    assert shown_first.count("<article") == 1
    assert 'data-passage="3"' in shown_first
    assert folded.count("<article") == 1
    assert "别的事" in folded
    second = Citation(2, other, BODY[:8], 0, 8)
    page = answer_html.evidence(replace(ANSWER, citations=(CITATION, second), passages=passages))
    assert re.findall(r'data-passage="\d" data-cites="(\d)"', page) == [
        "1",
        "2",
    ]  # by their numbers, whatever their ranks


def test_an_article_that_is_nearly_all_passage_is_not_shaded() -> None:
    whole = Passage(ARTICLE, BODY, 0, len(BODY), 1.0)
    assert 'class="passage"' not in answer_html.article_view(whole)


def test_words_that_stand_everywhere_are_no_reason() -> None:
    assert "年" not in "".join(re.findall(r'<i lang="zh">(.*?)</i>', answer_html._why_found(PASSAGE, "2022年有几月？")))


def test_a_day_without_its_year_is_shown_with_it() -> None:
    assert "文中“6月20日”即2022年6月20日" in shown(answer_html.answer_bubble(ANSWER))
    undated = replace(ARTICLE, date=None, issue=replace(ISSUE, date=None))
    bubble = answer_html.answer_bubble(replace(ANSWER, citations=(replace(CITATION, article=undated),)))
    assert "文中" not in shown(bubble)


def test_a_counted_answer_shows_its_times_above_its_cards() -> None:
    printed = ((date(2024, 11, 8), 1), (date(2025, 1, 13), 1200), (None, 3))
    page = answer_html.evidence(replace(ANSWER, kind=AnswerKind.COUNTED, printed=printed))
    assert page.index('class="timeline"') < page.index('class="card')
    heading, *rows = re.findall(r"<h3>.*?</h3>|<li>.*?</li>", page)[:5]
    assert shown(heading) == "按时间看（1,204 篇）By time (1,204 articles)"
    zh_only = [shown(re.sub(r'<span class="en".*?</span>', "", row)) for row in rows]
    assert zh_only == ["2025年1月1,200", "2024年12月0", "2024年11月1", "日期不详3"]
    assert "width:100.0%" in rows[0]


def test_articles_of_one_day_need_no_timeline() -> None:
    assert "timeline" not in answer_html.evidence(
        replace(ANSWER, kind=AnswerKind.COUNTED, printed=((date(2025, 9, 13), 5), (None, 1)))
    )

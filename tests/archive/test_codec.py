from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date

from embeddings.archive.codec import article_from_row, article_to_row
from embeddings.types import ARTICLE_FIELDS, Article, ArticleKind, ParsedArticle

WHOLE = ParsedArticle(
    title="水库今日放水",
    body="水库今天上午开闸放水。",
    section="要闻",
    byline="本报记者 某某",
    kind=ArticleKind.PHOTO,
    page=2,
    date=date(2024, 5, 6),
    kicker="防汛",
    deck="下游注意安全",
)


def test_an_article_comes_back_from_json_as_it_was() -> None:
    row = json.loads(json.dumps(article_to_row(WHOLE)))
    assert ParsedArticle(**article_from_row(row)) == WHOLE


def test_an_article_without_a_date_comes_back_without_one() -> None:
    bare = replace(WHOLE, date=None, page=None)
    assert ParsedArticle(**article_from_row(article_to_row(bare))) == bare


def test_no_field_of_an_article_is_forgotten() -> None:
    own = {"id", "issue"}, {"source_id"}
    for kind, apart in zip((Article, ParsedArticle), own, strict=True):
        assert {field.name for field in fields(kind)} == {*ARTICLE_FIELDS, *apart}

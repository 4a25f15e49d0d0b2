from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings import Encoder, SourceError, fold_to_words, read_issue_file
from qa import Assistant
from qa.evaluation.metrics import (
    answer_f1,
    balanced_accuracy,
    bootstrap_interval,
    calibration_error,
    exact_match,
    items_f1,
    ndcg_at,
    percentile,
    recall_at,
    reciprocal_rank_at,
)
from qa.evaluation.run import (
    GoldQuestion,
    compare,
    evaluate,
    evaluate_pages,
    evaluate_refusal,
    holds_answer,
    intervals_of,
    measures_of,
    read_gold,
)
from tests.support.paths import DATA, ROOT

SAMPLE_GOLD = DATA / "sample_qa.jsonl"


def test_recall_counts_a_gold_article_among_the_first_k() -> None:
    assert [recall_at(k, ["b", "a", "c"], {"a"}) for k in (1, 2, 3)] == [0.0, 1.0, 1.0]


def test_reciprocal_rank_starts_at_one() -> None:
    assert reciprocal_rank_at(10, ["b", "a"], {"a"}) == 0.5
    assert reciprocal_rank_at(1, ["b", "a"], {"a"}) == 0.0


def test_ndcg_is_one_for_a_perfect_ranking() -> None:
    assert ndcg_at(10, ["a", "b", "c"], {"a", "b"}) == pytest.approx(1.0)
    assert ndcg_at(10, ["c", "a"], {"a"}) == pytest.approx(0.6309, abs=1e-4)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.95) == 4.0
    assert percentile([], 0.5) == 0.0


def test_balanced_accuracy_is_the_mean_of_both_rates() -> None:
    assert balanced_accuracy(refusal_recall=0.8, false_abstention=0.1) == pytest.approx(0.85)


def test_exact_match_ignores_marks_case_script_and_width() -> None:
    assert exact_match("４２年。", ["42年"]) == 1.0
    assert exact_match("《縣報》", ["县报"]) == 1.0
    assert exact_match("42", ["42年", "四十二"]) == 0.0


def test_items_of_a_list_are_compared_whole_and_in_any_order() -> None:
    assert items_f1("伞、水杯和毛巾", ["毛巾", "水杯", "伞"]) == 1.0
    assert items_f1("送去伞、水杯", ["伞", "水杯", "毛巾"]) == pytest.approx(2 * 1 / (2 + 3))
    assert items_f1("", ["伞"]) == 0.0


def test_answer_f1_is_of_the_longest_common_run() -> None:
    assert answer_f1("党龄42年", ["42年"]) == pytest.approx(2 * 2 / (4 + 2))
    assert answer_f1("雨", ["晴", "小雨"]) == pytest.approx(2 / 3)
    assert answer_f1("", ["雨"]) == 0.0


def test_calibration_error_is_the_distance_of_confidence_from_being_right() -> None:
    assert calibration_error([0.75, 0.75, 0.75, 0.75], [True, True, True, False]) == pytest.approx(0.0)
    assert calibration_error([1.0, 1.0], [True, False]) == pytest.approx(0.5)
    assert calibration_error([], []) == 0.0


def test_a_bootstrap_interval_holds_the_mean_and_narrows() -> None:
    few, many = np.arange(20) % 2, np.arange(2000) % 2
    wide = bootstrap_interval(lambda drawn: float(few[drawn].mean()), 20)
    narrow = bootstrap_interval(lambda drawn: float(many[drawn].mean()), 2000)
    assert wide[0] < 0.5 < wide[1]
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_ways_are_compared_on_the_same_questions(assistant: Assistant) -> None:
    gold = read_gold(SAMPLE_GOLD)[:4]
    rows = compare(assistant, gold)
    assert list(rows) == ["dense", "lexical", "hybrid", "hybrid + reader"]
    assert {len(asked) for asked in rows.values()} == {4}
    low, high = intervals_of(rows["hybrid"])["Recall@5"]
    assert low <= (measures_of(rows["hybrid"])["Recall@5"] or 0.0) <= high


def test_an_answer_is_found_across_spaces_punctuation_and_width() -> None:
    assert holds_answer("共有１，８００ 人。", ["1800人"])
    assert not holds_answer("共有一千八百人。", ["1800人"])
    assert not holds_answer("任何文字", ["。"])


def test_the_sample_gold_is_sound() -> None:
    articles = [a for path in (ROOT / "bulletins").iterdir() for a in read_issue_file(path)]
    printed = fold_to_words("\n".join(f"{a.body}\n{a.byline}" for a in articles))
    gold = read_gold(SAMPLE_GOLD)
    assert sum(not question.answerable for question in gold) >= 20
    for question in gold:
        if question.answerable:
            assert fold_to_words(question.evidence) in printed
            assert question.answers


def test_a_bad_question_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "qa.jsonl"
    path.write_text('{"question": "谁？"}\n{"answers": []}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="line 2"):
        read_gold(path)


def test_evaluate_reports_every_measure(assistant: Assistant) -> None:
    figures = evaluate(assistant, read_gold(SAMPLE_GOLD)[:6])
    assert figures.questions == 6
    assert figures.measures["Recall@5"] is not None
    assert 0.0 <= (figures.measures["quote accuracy"] or 0.0) <= 1.0


def test_the_real_page_gives_its_articles(shared: Path) -> None:
    page = shared / "bulletins" / "weidu-weekly.txt"
    figures = evaluate_pages(shared / "eval" / "weidu_gold.jsonl", page)
    assert figures.measures["title F1"] == 1.0
    assert (figures.measures["body F1"] or 0.0) >= 0.97


@pytest.mark.long
def test_the_real_page_answers_its_questions(shared: Path, tmp_path: Path, default_encoder: object) -> None:
    from qa.evaluation.run import archive_of

    gold = read_gold(shared / "eval" / "bulletin_dev.jsonl")
    with archive_of(shared / "bulletins" / "weidu-weekly.txt") as real:
        measures = evaluate(real, gold).measures
    assert measures["evidence in passage@5"] == 1.0
    assert (measures["evidence in passage@1"] or 0.0) >= 0.85
    assert (measures["quote accuracy"] or 0.0) >= 0.85


def test_a_set_that_cannot_be_indexed_is_an_error_and_no_refusal(tmp_path: Path, default_encoder: object) -> None:
    from qa.evaluation.run import archive_of

    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "1", "text": "甲。"}\n{"id": "1", "text": "乙。"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="twice"), archive_of(rows):
        pass


def test_a_passage_on_both_sides_of_a_refusal_set_answers(tmp_path: Path, default_encoder: Encoder) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        '{"id": "1", "text": "新桥去年通车，全长120米。"}\n{"id": "2", "text": "老桥旁边种了树。"}\n', encoding="utf-8"
    )
    gold = [GoldQuestion("新桥全长多少米？", ("120米",), ids=frozenset({"1"}), negative_ids=("1", "2", "2"))]
    figures = evaluate_refusal(rows, gold, encoder=default_encoder).measures
    assert figures["false abstention"] == 0.0
    assert figures["quote accuracy of answers given"] == 1.0

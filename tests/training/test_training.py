from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import qa.answering

TEXT = "县里修了三座桥。老桥建于1958年，去年拆了。新桥由王工设计，长120米。两岸的人都来看。"
SHIPPED = Path(qa.answering.__path__[0]) / "weights" / "reader.onnx"


@pytest.fixture(scope="module", autouse=True)
def _scripts() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")


def questions(*qas: dict[str, Any], text: str = TEXT) -> list[Any]:
    """The examples made of one passage."""
    from examples import TrainingPassage, make_examples

    others = [TrainingPassage("镇上的集市每逢初五开张，卖的是菜苗。", "train", "集市")]
    return list(make_examples([TrainingPassage(text, "train", "三座桥", list(qas)), *others]))


def ask(question: str, *answers: str, **more: Any) -> dict[str, Any]:
    return {"question": question, "answers": list(answers), "trap": "", **more}


def test_a_cropped_window_keeps_its_answer() -> None:
    from examples import Window
    from pairs import cropped

    text = TEXT * 6
    start = text.index("120米", len(TEXT) * 3)
    for seed in range(50):
        cut = cropped(Window(text, "", [(start, start + 4)]), random.Random(seed))
        ((first, last),) = cut.spans
        assert cut.text[first:last] == "120米"
        assert cut.text in text


def test_an_answer_is_taken_where_the_question_means_it() -> None:
    text = "一号泵站造价30万元，去年完工。" * 3 + "二号泵站也用了30万元，两天修好。"
    (example,) = questions(ask("二号泵站花了多少钱？", "30万元"), text=text)
    ((start, end),) = example.answering[-1].spans
    window = example.answering[-1].text
    assert window[start:end] == "30万元"
    assert window[:start].endswith("二号泵站也用了")


def test_items_of_a_list_are_all_marked_and_variants_are_not() -> None:
    text = "施工分三段：东段、中段、西段。"
    listed, chosen = questions(
        ask("施工分哪几段？", "东段", "中段", "西段", kind="list"), ask("哪段？", "东段", "中段"), text=text
    )
    assert [text[slice(*span)] for span in listed.answering[0].spans] == ["东段", "中段", "西段"]
    assert len(chosen.answering[0].spans) == 1


def test_the_window_with_the_trap_is_the_negative_of_a_near_miss() -> None:
    text = "老桥建于1958年。" + "两岸种满了柳树，" * 40 + "。新桥长120米。"
    (example,) = questions(ask("新桥是哪年建的？", kind="near", trap="1958年"), text=text)
    assert not example.answering
    assert all("1958年" in window.text for window in example.traps)
    assert all("1958年" not in window.text for window in example.beside)


def test_a_question_with_its_answer_becomes_one_for_yes_and_no() -> None:
    facts = [ask("新桥一共长多少米？", "120米", kind="how_many"), ask("老桥修了几年？", "6年", kind="how_many")]
    asked: dict[str, str] = {}
    for number in range(40):
        text = f"{number}号。{TEXT}老桥修了6年。"
        for example in questions(*facts, text=text):
            if example.polarity:
                asked[example.question] = example.polarity
                assert example.answers in (["120米"], ["6年"])
    assert {polarity for question, polarity in asked.items() if "新桥" in question and "120米" in question} == {"yes"}
    assert "no" in asked.values()


def test_a_question_about_something_else_is_no_longer_answered() -> None:
    from pairs import Pair, about_something_else

    start = TEXT.index("1958年")
    pair = Pair("老桥建于哪年，是1958年吗？", TEXT, ((start, start + 5),))
    others = [about_something_else(pair, ["水库大坝"], random.Random(seed)) for seed in range(300)]
    asked = {other.question for other in others if other is not None}
    assert len(asked) > 1
    assert pair.question not in asked
    assert all(not other.spans and other.text == TEXT for other in others if other is not None)


def test_an_altered_question_is_about_something_that_the_text_does_not_say() -> None:
    from examples import ask_something_else

    question = "新桥在1958年长多少米？"
    altered = {ask_something_else(question, TEXT, ["渡口的缆车"], random.Random(seed)) for seed in range(20)} - {None}
    assert altered
    assert question not in altered
    assert ask_something_else("老桥建于哪一年？", TEXT, [], random.Random(0)) is None


def test_the_last_passages_of_a_file_are_held_out(tmp_path: Path) -> None:
    from examples import read_passages

    rows = "\n".join(f'{{"context": "{number}", "qas": []}}' for number in range(50))
    (tmp_path / "train.jsonl").write_text(rows, encoding="utf-8")
    held_out = [passage.held_out for passage in read_passages(tmp_path / "train.jsonl")]
    assert held_out == [False] * 44 + [True] * 6


def test_examples_are_read_as_they_were_written(tmp_path: Path) -> None:
    from examples import read_examples, write_examples

    made = questions(ask("新桥长多少米？", "120米"), ask("哪年建的老桥？", "1958年"), ask("谁修的？", trap="王工"))
    assert write_examples(tmp_path / "examples", made) == 3
    assert read_examples(tmp_path / "examples") == made


@pytest.mark.model
def test_a_pack_reads_as_the_whole_model_does_and_training_goes_on_from_it(tmp_path: Path) -> None:
    from examples import EXAMPLES, write_examples
    from losses import encode
    from pack import pack_model
    from pairs import Pair
    from reader_model import MODEL_FOLDER
    from train_reader import Plan, Trainer

    made = questions(ask("新桥长多少米？", "120米"), ask("哪年建的老桥？", "1958年"))
    write_examples(tmp_path / EXAMPLES, made)
    kept, of_all = pack_model(made, tmp_path / "pack" / MODEL_FOLDER)
    assert kept < of_all / 4
    plan = Plan(steps=2, questions=2, start=(SHIPPED,))
    (tmp_path / "whole").mkdir()
    packed, whole = (Trainer(tmp_path / name, made, made, plan) for name in ("pack", "whole"))
    read = []
    for trainer in (packed, whole):
        batch = encode([Pair(example.question, TEXT) for example in made], trainer.embedder)
        read.append(trainer.model(batch.ids, batch.mask))  # in single precision, whatever the processor learns in
    for of_pack, of_whole in zip(*read, strict=True):
        assert (of_pack - of_whole).abs().max() < 0.02
    packed.run()
    assert (tmp_path / "pack" / "checkpoint.pt").exists()
    assert packed.step == 2


@pytest.mark.model
def test_a_reader_is_the_mean_of_those_it_begins_with_and_learns_what_its_teachers_say(tmp_path: Path) -> None:
    import torch
    from examples import EXAMPLES, write_examples
    from losses import encode, told_loss
    from pairs import Pair
    from reader_model import ReaderModel
    from train_reader import Plan, Trainer

    made = questions(ask("新桥长多少米？", "120米"), ask("哪年建的老桥？", "1958年"))
    write_examples(tmp_path / EXAMPLES, made)
    checkpoints = (tmp_path / "one.pt", tmp_path / "other.pt")
    for shift, path in zip((0.0, 0.5), checkpoints, strict=True):
        reader = ReaderModel()
        reader.begin_from([SHIPPED])
        with torch.no_grad():
            reader.answers.bias.add_(shift)
        torch.save({"learned": reader.learned()}, path)
    trainer = Trainer(tmp_path, made, made, Plan(steps=1, questions=2, start=checkpoints, teachers=checkpoints[:1]))
    shipped = torch.load(checkpoints[0], weights_only=True)["learned"]["answers.bias"]
    assert torch.allclose(trainer.model.answers.bias, shipped + 0.25, atol=1e-6)
    parts = [encode([Pair(example.question, TEXT) for example in made], trainer.embedder)]
    with torch.no_grad():
        taught = trainer._taught(parts)
        own, mean = (
            told_loss(read, parts, taught) for read in ([taught[0][0]], [trainer.worker(parts[0].ids, parts[0].mask)])
        )
    assert own < mean  # nothing is nearer to what a teacher says than that itself
    trainer.run()
    assert trainer.step == 1


@pytest.mark.model
def test_what_goes_on_from_the_shipped_reader_says_what_that_says(tmp_path: Path) -> None:
    import onnx
    import torch
    from reader_model import Read, ReaderModel, embedder_of_work_folder

    from embeddings import open_session

    model = ReaderModel()
    model.begin_from([SHIPPED])
    model.eval()
    embedder = embedder_of_work_folder(tmp_path)
    state = embedder.embed(embedder.tokenize([("新桥长多少米？", TEXT)]).ids)
    with torch.no_grad():
        wanted = model.read(torch.from_numpy(state), torch.ones(state.shape[:2], dtype=torch.long))
    for said, other in zip(open_session(SHIPPED).run(list(Read._fields), {"state": state}), wanted, strict=True):
        assert abs(said - other.numpy()).max() < 0.5  # of log-odds: what rounding costs
    graph = onnx.load(SHIPPED)
    del graph.graph.initializer[:]
    onnx.save(graph, tmp_path / "earlier.onnx")
    with pytest.raises(ValueError, match="export them again"):
        model.begin_from([tmp_path / "earlier.onnx"])


def test_a_run_ends_with_the_domain() -> None:
    from examples import Example
    from train_reader import Plan, _order

    examples = [Example(f"{n}", ["是"], source) for n in range(40) for source in ("local_news", "cmrc2018_train")]

    def domain(plan: Plan, *, last: bool = False) -> int:
        return sum(examples[place].source == "local_news" for place in _order(examples, 100, plan, last=last))

    usual = Plan(steps=1, seed=1)
    assert domain(usual) < 80 < domain(usual, last=True)
    assert domain(Plan(steps=1, seed=1, passes={"cmrc2018_train": 0.0})) == 100


@pytest.mark.model
def test_no_token_joins_an_answer_to_what_stands_beside_it(tmp_path: Path) -> None:
    from pack import pack_model

    from embeddings import open_token_embedder
    from embeddings.encoders.token_embedder import token_embedder_of

    text = "12岁的阿木在县城里唱了《茉莉花》，是由老师教的；3月8日起，每周两小时（免费）。"
    answers = ("12岁", "《茉莉花》", "老师", "3月8日", "两小时", "免费", "县城")
    made = questions(ask("谁教的？", "老师"), text=text)
    pack_model(made, tmp_path)
    for embedder in (open_token_embedder(64, apart=True), token_embedder_of(tmp_path, 64, apart=True)):
        tokens = embedder.tokenize([("谁？", text)])
        body = tokens.in_second[0]
        starts, ends = set(tokens.starts[0][body].tolist()), set(tokens.ends[0][body].tolist())
        for answer in answers:
            place = text.index(answer)
            assert place in starts, answer
            assert place + len(answer) in ends, answer


@pytest.mark.model
def test_tokens_of_the_answer_are_found_in_the_pair() -> None:
    from losses import encode
    from pairs import Pair

    from embeddings import open_token_embedder

    start = TEXT.index("120米")
    title = "桥的消息 "
    batch = encode(
        [
            Pair("新桥多长？", title + TEXT, ((start + len(title), start + len(title) + 4),), len(title)),
            Pair("谁？", TEXT),
            Pair("新桥多长？", TEXT * 60, ((59 * len(TEXT), 60 * len(TEXT)),)),
        ],
        open_token_embedder(64),
    )
    assert batch.answered.tolist() == [1.0, 0.0, 0.0]
    first, last = int(batch.first[0].int().argmax()), int(batch.last[0].int().argmax())
    text = title + TEXT
    assert text[batch.tokens.starts[0, first] : batch.tokens.ends[0, last]].endswith("120米")
    assert not any(batch.readable[0] & (batch.tokens.ends[0] <= len(title)))
    # No answer is the first token of all; so is one that was cut off.
    assert batch.first[1:].int().argmax(dim=1).tolist() == [0, 0]

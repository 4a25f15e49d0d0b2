from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings import Archive, Encoder, build, correct_article, withdraw
from qa import AnswerKind, Assistant
from qa.cli import main
from qa.userdata.conversation import Conversation, Turn, TurnState
from qa.userdata.feedback import as_csv
from qa.userdata.history import NEW, History, is_user_key, name_of, voted
from qa.userdata.serialize import pack, unpack
from qa.userdata.store import STORE_FILE, RatedAnswer, Unanswered, UserStore, new_user_key, utc_now
from qa.web.html import feedback as feedback_html
from qa.web.html.conversation import conversation_evidence, conversation_messages
from qa.web.services.chat import ChatService

QUESTION = "北京丰台站什么时候启用？"
USER = new_user_key()
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def history(assistant: Assistant, tmp_path: Path) -> History:
    return History(assistant, tmp_path)


def through(conversation: Conversation, assistant: Assistant) -> Conversation:
    with assistant.archive.snapshot() as snapshot:
        return unpack(pack(conversation), snapshot)


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "火星上的温度是多少度？",
        "你好",
        "哪几篇文章提到丰台站？",
        "上期北京丰台站什么时候启用？",
        "谁写了丰台站的报道？",
    ],
)
def test_a_conversation_comes_back_as_it_was(assistant: Assistant, question: str) -> None:
    said = assistant.ask(question)
    before = Conversation().add(Turn(question, said)).add(Turn("？", note="没有看懂"))
    after = through(before, assistant)
    assert conversation_messages(after) == conversation_messages(before)
    assert conversation_evidence(after) == conversation_evidence(before)
    assert after.selected == before.selected
    # What a search keeps for itself is not kept: readings, ranks, and the last digits of scores.
    bare = [replace(one, passages=()) for one in (said, after.turns[0].answer) if one]
    assert bare[0] == bare[1]


def test_a_packed_conversation_holds_no_article(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    packed = pack(Conversation().add(Turn(QUESTION, answer)))
    assert len(packed) < 3000
    assert all(passage.article.body not in packed for passage in answer.passages)


def test_conversations_kept_by_earlier_versions_are_read(assistant: Assistant) -> None:
    """They kept states as what the page said, and what an answer is in three booleans."""
    said = {"question": "问？", "text": "答", "quote": "", "confidence": 0.0, "citations": [], "passages": []}
    answers = [
        ({"abstained": False}, AnswerKind.FOUND),
        ({"abstained": False, "is_counted": True}, AnswerKind.COUNTED),
        ({"abstained": True}, AnswerKind.NOT_FOUND),
        ({"abstained": True, "is_reply": True}, AnswerKind.REPLY),
    ]
    notes = [
        ("正在翻阅公报……", Turn("问？", state=TurnState.LOST)),
        ("没有等到回答：连接断开了。请再问一次。", Turn("问？", state=TurnState.LOST)),
        ("已停止，没有回答。", Turn("问？", state=TurnState.STOPPED)),
        ("没有看懂", Turn("问？", note="没有看懂")),
    ]
    turns = [{"question": "问？", "answer": {**said, **kind}} for kind, _ in answers]
    turns += [{"question": "问？", "note": note} for note, _ in notes]
    row = {"version": 1, "selected": 0, "turns": turns}
    with assistant.archive.snapshot() as snapshot:
        after = unpack(json.dumps(row), snapshot)
    kinds = [turn.answer.kind for turn in after.turns if turn.answer]
    assert kinds == [kind for _, kind in answers]
    assert list(after.turns[len(answers) :]) == [turn for _, turn in notes]


def test_a_question_whose_answer_never_came_says_so(assistant: Assistant) -> None:
    after = through(Conversation().add(Turn("问？", state=TurnState.WAITING)), assistant)
    assert after.turns == (Turn("问？", state=TurnState.LOST),)
    assert not after.is_waiting


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version":2,"turns":[]}', '{"version":1,"selected":0,"turns":[{}]}']
)
def test_what_is_no_packed_conversation_is_refused(assistant: Assistant, text: str) -> None:
    with assistant.archive.snapshot() as snapshot, pytest.raises(ValueError, match="cannot be read"):
        unpack(text, snapshot)


@pytest.fixture
def small(tmp_path: Path, default_encoder: Encoder) -> Assistant:
    issue = tmp_path / "镇报.md"
    issue.write_text("## 灯塔亮了\n\n丙镇的玻璃灯塔高四十七米。\n\n## 桥\n\n镇里有桥。\n", encoding="utf-8")
    build(issue, archive=tmp_path / "archive", encoder=default_encoder)
    return Assistant(Archive.open(tmp_path / "archive"), default_encoder)


def test_what_was_withdrawn_comes_back_as_withdrawn(small: Assistant, tmp_path: Path) -> None:
    before = Conversation().add(Turn("灯塔多高？", small.ask("丙镇的玻璃灯塔高多少米？")))
    packed = pack(before)
    withdraw(["镇报"], archive=tmp_path / "archive")
    with small.archive.snapshot() as snapshot:
        after = unpack(packed, snapshot)
    gone = ChatService(small).gone(after)
    assert "四十七" in str(conversation_messages(before))
    assert "已被撤回" in str(conversation_messages(after, gone))
    assert "四十七" not in str(conversation_messages(after, gone)) + conversation_evidence(after, gone)


def test_a_quote_is_found_again_where_a_correction_has_moved_it(
    small: Assistant, tmp_path: Path, default_encoder: Encoder
) -> None:
    answer = small.ask("丙镇的玻璃灯塔高多少米？")
    packed = pack(Conversation().add(Turn("灯塔多高？", answer)))
    article = answer.citations[0].article
    correct_article(
        article.id, paragraphs={1: f"昨天落成。{article.body}"}, archive=tmp_path / "archive", encoder=default_encoder
    )
    with small.archive.snapshot() as snapshot:
        after = unpack(packed, snapshot).answer
    assert after is not None
    cited = after.citations[0]
    assert cited.start == answer.citations[0].start + 5  # type: ignore[operator]
    assert cited.article.body[cited.start : cited.end] == cited.quote
    assert cited.short == answer.citations[0].short
    assert "<mark" in conversation_evidence(Conversation().add(Turn("灯塔多高？", after)))


def test_a_conversation_is_kept_and_recalled_for_its_user_alone(history: History, assistant: Assistant) -> None:
    conversation = Conversation().add(Turn(QUESTION, assistant.ask(QUESTION)))
    place = history.keep(USER, NEW, conversation)
    recalled = history.recall(USER, place.id)
    assert recalled is not None
    assert conversation_messages(recalled[1]) == conversation_messages(conversation)
    assert history.recall(new_user_key(), place.id) is None
    assert history.name(USER, place.id) == QUESTION
    assert [one.name for one in history.entries(new_user_key())] == []


@pytest.mark.parametrize("key", ["", None, 7, "short", "' OR 1=1 --" * 4, "é" * 43])
def test_what_is_no_users_key_keeps_and_finds_nothing(history: History, key: object) -> None:
    assert not is_user_key(key)
    assert history.keep(key, NEW, Conversation().add(Turn("问"))) == NEW  # type: ignore[arg-type]
    assert history.entries(key) == []  # type: ignore[arg-type]


def test_only_what_the_bulletin_did_not_have_counts_as_unanswered(history: History, assistant: Assistant) -> None:
    from embeddings import Filters

    for asked in (QUESTION, "你好", "火星上的温度是多少度？", "火星上的温度，是多少度"):
        history.note(Turn(asked, assistant.ask(asked), is_new=True))
        history.note(Turn(asked, assistant.ask(asked)))  # written, taken back or stopped, it is not asked again
    history.note(Turn("长" * 501, note="问题太长了", is_new=True))
    history.note(Turn("问", assistant.ask("火星？", filters=Filters(section="没有这个栏目")), is_new=True))
    assert [(one.question, one.asked) for one in history.store.unanswered()] == [("火星上的温度，是多少度", 2)]


def test_a_question_that_leans_on_another_is_listed_as_it_was_typed(history: History, assistant: Assistant) -> None:
    for first in (QUESTION, "我国首位太空行走的女航天员是谁？"):
        answer = assistant.ask("那火星上的温度呢？", before=assistant.ask(first))
        assert answer.abstained
        history.note(Turn("那火星上的温度呢？", answer, is_new=True))
    assert {one.question for one in history.store.unanswered()} == {"那火星上的温度呢？"}


def test_sources_of_votes_go_by_their_titles(history: History, assistant: Assistant) -> None:
    (cited,) = {citation.article.id for citation in assistant.ask(QUESTION).citations}
    assert history.titles([cited, cited, "gone"]) == ["《北京丰台站6月20日启用》", "gone"]


def test_a_vote_shows_on_its_answer_until_it_is_taken_back(history: History, assistant: Assistant) -> None:
    turn = Turn(QUESTION, assistant.ask(QUESTION))
    conversation = Conversation().add(turn).add(Turn("？", note="没有看懂"))
    assert history.vote(USER, turn, False)
    assert voted(history.votes(USER), conversation) == ["Dislike", None]
    (vote,) = history.store.votes()
    assert vote.about.articles == (turn.answer.citations[0].article.id,)  # type: ignore[union-attr]
    assert vote.about.model == "multilingual-e5-small"
    assert vote.about.generation == ChatService(assistant).generation()
    assert history.vote(USER, turn, None)
    assert voted(history.votes(USER), conversation) == [None, None]
    assert not history.vote(USER, conversation.turns[1], True)


def damage(path: Path) -> None:
    path.write_bytes(b"no database at all, and long enough to be told" * 90)


def lose_the_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def make_it_a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("harm", [damage, lose_the_folder, make_it_a_folder])
def test_a_store_that_cannot_be_used_stops_nothing_and_is_logged(
    history: History, assistant: Assistant, harm: object, caplog: pytest.LogCaptureFixture
) -> None:
    harm(history.store.path)  # type: ignore[operator]
    turn = Turn(QUESTION, assistant.ask(QUESTION))
    conversation = Conversation().add(turn)
    assert history.keep(USER, NEW, conversation) == NEW
    assert history.recall(USER, "x") is None
    assert history.entries(USER) == []
    assert history.votes(USER) == {}
    history.note(Turn("火星？", replace(turn.answer, kind=AnswerKind.NOT_FOUND)))  # type: ignore[type-var]
    assert not history.vote(USER, turn, True)
    assert not history.add_word(USER, turn, "好")
    assert not history.delete_all(USER)
    assert "readers.sqlite" in caplog.text


def test_a_long_first_question_is_cut_for_a_name() -> None:
    assert name_of(Conversation().add(Turn("桥\n长" * 30))) == "桥 长" * 8 + "……"


def test_a_conversation_is_exported_for_saving(history: History, assistant: Assistant) -> None:
    import base64

    conversation = Conversation().add(Turn(QUESTION, assistant.ask(QUESTION)))
    for word, suffix, start in ((False, ".md", "# 名".encode()), (True, ".docx", b"PK")):
        saved = history.export(conversation, "名", word=word, gone=frozenset())
        assert saved is not None
        assert saved.name == f"名{suffix}"
        assert base64.b64decode(saved.content).startswith(start)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1", "\t=1", "\r=1", "\n+1", "|x"])
def test_no_cell_of_a_csv_file_is_a_formula(text: str) -> None:
    written = as_csv([{"question": text, "asked": -1}], ("question", "asked"))
    assert written.startswith("\ufeffquestion,asked\r\n")
    (_, row) = csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert row == [f"'{text}", "-1"]


def test_text_in_a_csv_file_stays_what_it_was() -> None:
    text = f'{MARKUP}, "引号"\n第二行 a=b'
    (_, row) = csv.reader(io.StringIO(as_csv([{"word": text}], ("word",)).removeprefix("\ufeff"), newline=""))
    assert row == [text]


def test_what_users_wrote_is_shown_as_text(tmp_path: Path) -> None:
    store = UserStore(tmp_path)
    store.vote("r", RatedAnswer(MARKUP, MARKUP, False, (MARKUP,)), is_good=True)
    store.add_word("r", MARKUP, MARKUP, MARKUP)
    shown = feedback_html.votes([(one, MARKUP) for one in store.votes()])
    shown += feedback_html.unanswered([(Unanswered(MARKUP, 1, utc_now(), 0.1), MARKUP)])
    assert "<img" not in shown
    assert shown.count("&lt;img") == 7


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    store = UserStore(tmp_path)
    store.vote("r", RatedAnswer("=问", "答", False, ("a1", "a2"), "g", "e5"), is_good=False)
    store.add_word("r", "=问", "答", "不对")
    store.count_unanswered("火星？", confidence=0.2)
    return tmp_path


def test_feedback_is_exported_as_csv(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feedback", "--csv", str(tmp_path / "out.csv"), "--archive", str(filled)]) == 0
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["vote"], row["word"], row["question"], row["articles"]) == ("bad", "不对", "'=问", "a1 a2")
    assert capsys.readouterr().out.startswith("1 行写进")


def test_unanswered_questions_are_exported_as_csv_and_json(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feedback", "--unanswered", "--csv", "--archive", str(filled)]) == 0
    assert "火星？,1," in capsys.readouterr().out
    assert main(["feedback", "--unanswered", "--json", "--archive", str(filled)]) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == 1


def test_feedback_from_a_day_on_leaves_out_what_is_older(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["feedback", "--since", "2099-01-01", "--archive", str(filled)]) == 0
    assert capsys.readouterr().out == "没有记录。\n"
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert main(["feedback", "--since", "2099-01-01", "--archive", str(filled)]) == 0
    assert capsys.readouterr().out == "Nothing is noted.\n"
    assert main(["feedback", "--archive", str(filled)]) == 0
    assert "=问" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--since", "昨天"], ["--csv", "/none/such/out.csv"]])
def test_a_wrong_wish_for_feedback_is_one_line(
    filled: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback", *arguments, "--archive", str(filled)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_feedback_of_no_archive_and_of_a_damaged_store_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback", "--archive", str(tmp_path / "none")]) == 2
    damage(tmp_path / STORE_FILE)
    assert main(["feedback", "--archive", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_copying_an_archive_copies_no_lock(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copied = Path(shutil.copytree(filled, tmp_path_factory.mktemp("copy") / "archive"))
    with sqlite3.connect(copied / STORE_FILE) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(UserStore(copied).votes()) == 1


def test_what_a_question_may_reach_back_to_is_kept(assistant: Assistant) -> None:
    first = assistant.ask(QUESTION)
    second = assistant.ask("李德民的党龄有多少年？", before=first)
    assert second.earlier
    with assistant.archive.snapshot() as snapshot:
        kept = unpack(pack(Conversation().add(Turn("李德民的党龄有多少年？", second))), snapshot)
    assert kept.answer is not None
    assert kept.answer.earlier == second.earlier

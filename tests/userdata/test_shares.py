"""What users share: a copy with its evidence, which nobody finds by chance, and which goes when it is to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from embeddings import Archive, Encoder, build, correct_article, withdraw
from qa import Answer, Assistant
from qa.errors import HistoryCode
from qa.i18n import Language, words
from qa.types import AnswerKind, Citation, Passage
from qa.userdata.conversation import Conversation, Turn, TurnState
from qa.userdata.history import NEW, History
from qa.userdata.shares import MOST_OF_ONE, ShareStore, pack_turns, unpack_turns
from qa.userdata.store import RetentionLimits, UserStore, new_user_key
from qa.web.html.shared import share_list, shared_now, shared_page
from tests.support.fakes import CountingEncoder

ISSUE = (
    "# 县报 2025年9月13日\n\n## 乙村水渠修好了\n\n乙村的水渠修了三个月，全长三千米，浇灌两千亩地。\n\n"
    "## 桥\n\n新桥由王工设计。\n"
)
START = datetime(2026, 11, 27, 8, tzinfo=timezone.utc)


class Clock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "县报-20250913.md").write_text(ISSUE, encoding="utf-8")
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=CountingEncoder())
    return tmp_path / "archive"


@pytest.fixture
def history(archive: Path, clock: Clock) -> Iterator[History]:
    opened = Archive.open(archive)
    encoder: Encoder = CountingEncoder()
    yield History(Assistant(opened, encoder), archive, bounds=RetentionLimits(days=10), now=clock, zone=timezone.utc)
    opened.close()


def told(archive: Path, question: str = "水渠多长？", *, quote: str = "全长三千米") -> Turn:
    with closing(Archive.open(archive)) as opened, opened.snapshot() as snapshot:
        article = next(one for one in snapshot.find_articles() if quote in one.body)
    start = article.body.index(quote)
    passage = Passage(article, article.body, 0, len(article.body), 1.0)
    cited = Citation(1, article, quote, start, start + len(quote))
    answer = Answer(
        question=question,
        kind=AnswerKind.FOUND,
        text=f"{quote}[1]",
        quote=quote,
        citations=(cited,),
        passages=(passage,),
    )
    return Turn(question, answer)


def test_a_share_shows_the_answer_and_its_evidence_and_nothing_of_who_made_it(history: History, archive: Path) -> None:
    user = new_user_key()
    turns = [told(archive), told(archive, "谁设计了桥？", quote="新桥由王工设计")]
    place = history.keep(user, NEW, Conversation(tuple(turns)))
    made = history.share(user, place.id, turns[:1])
    assert len(made) == 32
    shared = history.shared(made)
    assert shared is not None
    (turn,) = shared.turns
    (source,) = turn.sources
    assert (turn.question, turn.text, source.quote) == ("水渠多长？", "全长三千米[1]", "全长三千米")
    assert source.title == "乙村水渠修好了"
    assert "浇灌两千亩地" in source.text
    page = shared_page(shared, time="2026-11-27 08:00", language=Language.CHINESE, home="../")
    assert "<mark>全长三千米</mark>" in page
    assert shared.generation[:12] in page
    for secret in ("谁设计了桥", "王工", user, place.id):
        assert secret not in page


def test_of_a_turn_without_an_answer_nothing_is_shared(history: History) -> None:
    asked = Turn("甲？", state=TurnState.WAITING)
    assert history.share(new_user_key(), "", [asked]) == ""
    assert history.share("no key", "", [asked]) == ""
    assert history.shared("A" * 32) is None


def test_a_share_goes_when_it_is_taken_back_and_only_by_who_made_it(history: History, archive: Path) -> None:
    user, stranger = new_user_key(), new_user_key()
    made, other = (history.share(user, "c", [told(archive)]) for _ in range(2))
    assert made != other
    assert history.revoke(stranger, made)
    assert history.shared(made) is not None
    assert history.shares(stranger) == []
    assert history.revoke(user, made)
    assert history.shared(made) is None
    assert [one.id for one in history.shares(user)] == [other]


def test_a_share_goes_with_its_conversation_and_with_all_of_its_user(history: History, archive: Path) -> None:
    user = new_user_key()
    turn = told(archive)
    place = history.keep(user, NEW, Conversation((turn,)))
    of_this, of_another = history.share(user, place.id, [turn]), history.share(user, "another", [turn])
    history.delete(user, place.id)
    assert history.shared(of_this) is None
    assert history.shared(of_another) is not None
    history.delete_all(user)
    assert history.shares(user) == []


def test_a_share_goes_with_its_age_and_from_the_file(history: History, archive: Path, clock: Clock) -> None:
    user = new_user_key()
    made = history.share(user, "c", [told(archive)])
    for _ in range(10):
        clock.time += timedelta(days=1)
        history.store.purge()
    assert history.shared(made) is not None
    clock.time += timedelta(days=1)
    assert history.shared(made) is None
    history.store.purge()
    assert "三千米".encode() not in history.store.path.read_bytes()


def test_what_was_withdrawn_since_is_not_shown_and_what_was_corrected_says_so(history: History, archive: Path) -> None:
    made = history.share(new_user_key(), "c", [told(archive), told(archive, "谁设计了桥？", quote="新桥由王工设计")])
    with closing(Archive.open(archive)) as opened, opened.snapshot() as snapshot:
        canal = next(one for one in snapshot.find_articles() if "水渠" in one.title)
    correct_article(
        canal.id,
        archive=archive,
        encoder=CountingEncoder(),
        paragraphs={1: canal.body.replace("三千米", "三千五百米")},
    )
    shared = history.shared(made)
    assert shared is not None
    assert [source.is_changed for turn in shared.turns for source in turn.sources] == [True, False]
    assert shared.turns[0].text == "全长三千米[1]"  # as it stood
    page = shared_page(shared, time="", language=Language.ENGLISH, home="../")
    assert "corrected since" in page
    withdraw(["县报-20250913"], archive=archive)
    gone = history.shared(made)
    assert gone is not None
    assert all(turn.is_gone and turn.text == "" and turn.sources == () for turn in gone.turns)
    page = shared_page(gone, time="", language=Language.CHINESE, home="../")
    assert "三千米" not in page
    assert str(words("withdrawn_answer")) in page


def test_a_user_shares_so_much_and_the_oldest_goes_first(tmp_path: Path, archive: Path, clock: Clock) -> None:
    store = ShareStore(UserStore(tmp_path, now=clock))
    turn = told(archive)
    made = []
    for _ in range(MOST_OF_ONE + 1):
        clock.time += timedelta(seconds=1)
        made.append(store.share("u", "c", [turn], name="n", generation="g"))
    kept = [one.id for one in store.entries("u")]
    assert kept == made[:0:-1]


def test_a_store_of_an_earlier_release_gets_its_table_and_its_checksums(tmp_path: Path, archive: Path) -> None:
    store = UserStore(tmp_path)
    store.count_unanswered("甲", confidence=0.0)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.executescript("DROP TABLE shares; DROP TABLE asked;")
    shares = ShareStore(store)
    assert shares.entries("u") == []
    made = shares.share("u", "c", [told(archive)], name="n", generation="g")
    assert not store.damage()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("DROP TRIGGER shares_update")
        connection.execute("UPDATE shares SET content = replace(content, '三', '四') WHERE id = ?", (made,))
        connection.commit()
    assert store.damage().rows["shares"] == frozenset({made})
    kept, lost = store.mend()
    assert kept == 1
    assert lost.missing["shares"] == frozenset({made})


def test_markup_and_both_languages_come_through(archive: Path) -> None:
    turn = told(archive, "<b>问</b>")
    assert turn.answer is not None
    note = words("newsroom_said")
    packed = pack_turns([replace(turn, answer=replace(turn.answer, note=note, text="<i>"))])
    (back,) = unpack_turns(packed)
    assert (back.text, back.note, getattr(back.note, "english", "")) == ("<i>", note, note.english)
    history_page = shared_page(None, time="", language=Language.CHINESE, home="../")
    assert str(words("shared_gone")) in history_page
    assert "<b>" not in shared_now("A<b>", is_whole=True)
    assert share_list([]) == ""


@pytest.mark.parametrize(
    "content", ["", "{}", json.dumps({"form": 2, "turns": []}), json.dumps({"form": 1, "turns": [{}]})]
)
def test_what_was_not_packed_is_refused(content: str) -> None:
    with pytest.raises(ValueError) as raised:
        list(unpack_turns(content))
    assert getattr(raised.value, "code", HistoryCode.UNREADABLE) in (HistoryCode.OTHER_FORM, HistoryCode.UNREADABLE)

"""Questions over all of a user's own conversations: found in any script, kept in step, and nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.userdata.questions import OwnQuestions
from qa.userdata.store import ConversationRevision, UserStore, new_user_key

NEW = ConversationRevision()


def packed(*turns: tuple[str, str]) -> str:
    rows = [{"question": question, "answer": {"text": answer}} for question, answer in turns]
    return json.dumps({"version": 1, "selected": 0, "turns": [*rows, {"question": "还没有答的？"}]})


@pytest.fixture
def store(tmp_path: Path) -> UserStore:
    return UserStore(tmp_path)


def test_words_are_found_in_questions_and_answers_in_any_script(store: UserStore) -> None:
    user = new_user_key()
    place = store.keep(
        user, NEW, packed(("大桥什么时候通车？", "国庆前通车。"), ("多长？", "六百二十米。")), name="桥", turns=3
    )
    questions = OwnQuestions(store)
    assert [one.question for one in questions.of(user)] == ["还没有答的？", "多长？", "大桥什么时候通车？"]
    (found,) = questions.find(user, "六百")
    assert (found.turn.conversation, found.text[found.start : found.end]) == (place.id, "六百")
    assert [one.turn.question for one in questions.find(user, "通車")] == ["大桥什么时候通车？"]
    assert questions.find(user, "  ") == questions.find(user, "恐龙") == []


def test_another_user_finds_nothing_of_it(store: UserStore) -> None:
    store.keep(new_user_key(), NEW, packed(("大桥什么时候通车？", "")), name="桥", turns=1)
    questions = OwnQuestions(store)
    assert questions.of(new_user_key()) == ()
    assert questions.find(new_user_key(), "大桥") == []


def test_what_is_added_renamed_or_deleted_is_seen_at_once(store: UserStore) -> None:
    user, questions = new_user_key(), OwnQuestions(store)
    place = store.keep(user, NEW, packed(("甲？", "")), name="一", turns=1)
    first = questions.of(user)
    assert questions.of(user) is first
    place = store.keep(user, place, packed(("甲？", ""), ("乙？", "")), name="一", turns=2)
    assert [one.question for one in questions.of(user)][1:] == ["乙？", "甲？"]
    store.rename(user, place.id, "二")
    assert {one.name for one in questions.of(user)} == {"二"}
    store.delete(user, place.id)
    assert questions.of(user) == ()


def test_a_conversation_of_another_form_stops_nothing(store: UserStore) -> None:
    user = new_user_key()
    store.keep(user, NEW, "[]", name="一", turns=1)
    store.keep(user, NEW, packed(("甲？", "")), name="二", turns=1)
    assert "甲？" in [one.question for one in OwnQuestions(store).of(user)]

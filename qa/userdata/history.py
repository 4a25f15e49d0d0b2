"""What the page keeps of its users. Where it cannot, it goes on: a store that fails never stops an answer."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from embeddings import BulletinError
from qa.assistant import Assistant
from qa.i18n import Language, words
from qa.types import AnswerKind
from qa.userdata import export
from qa.userdata.asked import AskedStore
from qa.userdata.conversation import Conversation, Turn
from qa.userdata.questions import FoundTurn, OwnQuestion, OwnQuestions
from qa.userdata.serialize import pack, unpack
from qa.userdata.shares import SharedPage, ShareEntry, ShareStore
from qa.userdata.store import (
    ConversationEntry,
    ConversationRevision,
    RatedAnswer,
    RetentionLimits,
    UserStore,
    answer_key,
    utc_now,
)

logger = logging.getLogger(__name__)

_USER_KEY = re.compile(r"[A-Za-z0-9_-]{40,64}")
_NAME_CHARS = 24  # of the first question, which names a conversation
NEW = ConversationRevision()


@dataclass(frozen=True, slots=True)
class File:
    """A file for a user to save. `content` is in base64, as a browser takes it."""

    name: str
    kind: str
    content: str


class History:
    """What users leave behind at one assistant's page. Raises nothing: what goes wrong is logged.

    `zone` is the time zone in which times are shown (default: this machine's).
    """

    def __init__(
        self,
        assistant: Assistant,
        archive: Path,
        *,
        bounds: RetentionLimits | None = None,
        now: Callable[[], datetime] = utc_now,
        zone: tzinfo | None = None,
    ) -> None:
        self.store = UserStore(archive, bounds=bounds or RetentionLimits(), now=now)
        self.asked = AskedStore(self.store)
        self._shares = ShareStore(self.store)
        self._questions = OwnQuestions(self.store)
        self._assistant = assistant
        self._now, self._zone = now, zone

    def keep(
        self, user: str, place: ConversationRevision, conversation: Conversation, *, goes_on: bool = False
    ) -> ConversationRevision:
        """Write the conversation down, and return where it is now: where it was, if it could not be.

        Where it `goes_on` it was written moments ago, and is not written again if it has been deleted since.
        """
        if not is_user_key(user) or not conversation.turns:
            return place
        with _going_on("A conversation could not be kept"):
            turns = len(conversation.turns)
            return self.store.keep(
                user, place, pack(conversation), name=name_of(conversation), turns=turns, goes_on=goes_on
            )
        return place

    def recall(self, user: str, conversation: str) -> tuple[ConversationRevision, Conversation] | None:
        """A user's conversation as it was kept; None when there is none to be had."""
        if not (is_user_key(user) and conversation):
            return None
        with _going_on("A kept conversation could not be read"):
            found = self.store.conversation(user, conversation)
            if found:
                with self._assistant.archive.snapshot() as snapshot:
                    return found[0], unpack(found[1], snapshot)
        return None

    def entries(self, user: str) -> list[ConversationEntry]:
        """A user's conversations, newest first."""
        with _going_on("The kept conversations could not be listed"):
            return self.store.conversations(user) if is_user_key(user) else []
        return []

    def questions(self, user: str) -> Sequence[OwnQuestion]:
        """What a user has asked in all of their conversations, the newest first."""
        with _going_on("The kept questions could not be read"):
            return self._questions.of(user) if is_user_key(user) else ()
        return ()

    def find(self, user: str, words: str) -> list[FoundTurn]:
        """The turns of a user's own conversations that have some words, the newest first."""
        with _going_on("The kept conversations could not be searched"):
            return self._questions.find(user, words) if is_user_key(user) else []
        return []

    def name(self, user: str, conversation: str) -> str:
        """What a user's conversation is called; "" when there is none."""
        return next((one.name for one in self.entries(user) if one.id == conversation), "")

    def rename(self, user: str, conversation: str, name: str) -> bool:
        """Rename a conversation. Returns whether that could be done."""
        with _going_on("A conversation could not be renamed"):
            self.store.rename(user, conversation, name)
            return True
        return False

    def delete(self, user: str, conversation: str) -> bool:
        """Delete a conversation. Returns whether that could be done."""
        with _going_on("A conversation could not be deleted"):
            self.store.delete(user, conversation)
            return True
        return False

    def delete_all(self, user: str) -> bool:
        """Delete all that a user left behind. Returns whether that could be done."""
        with _going_on("What a user left behind could not be deleted"):
            self.store.delete_all(user)
            return True
        return False

    def note(self, turn: Turn) -> None:
        """Count the question of a turn that is new, and once more if the bulletin had no answer to it.

        A question that leans on another is told apart by what it means, and listed as it was typed. A greeting wants
        nothing; where the user's own filters left nothing to search, the bulletin may well have it.
        """
        answer = turn.answer
        if answer is None or not turn.is_new:
            return
        with _going_on("A question could not be counted"):
            self.asked.note(turn.question, answer)
        if answer.kind is not AnswerKind.NOT_FOUND:
            return
        meaning = answer.taken or turn.question
        with _going_on("A question without an answer could not be counted"):
            self.store.count_unanswered(turn.question, meaning=meaning, confidence=answer.confidence)

    def titles(self, articles: Sequence[str]) -> list[str]:
        """The titles of some articles (ids), each once; an id that the archive has no more stands for itself."""
        found: list[str] = []
        with _going_on("The titles of articles could not be read"), self._assistant.archive.snapshot() as snapshot:
            for one in articles:
                there = snapshot.read_article(one)
                found.append(words("titled", title=there[0].title or words("untitled")) if there else one)
            return list(dict.fromkeys(found))
        return list(articles)

    def vote(self, user: str, turn: Turn, vote: bool | None) -> bool:
        """Put down a vote on a turn's answer; None takes it back. Returns whether that could be done."""
        answer = turn.answer
        if answer is None or not is_user_key(user):
            return False
        with _going_on("A vote could not be put down"):
            if vote is None:
                self.store.take_back(user, turn.question, answer.text)
            else:
                with self._assistant.archive.snapshot() as snapshot:
                    generation = snapshot.generation
                articles = tuple(dict.fromkeys(citation.article.id for citation in answer.citations))
                about = RatedAnswer(
                    turn.question, answer.text, answer.abstained, articles, generation, self._assistant.encoder.name
                )
                self.store.vote(user, about, is_good=vote)
            return True
        return False

    def add_word(self, user: str, turn: Turn, word: str) -> bool:
        """Add a word to a vote. Returns whether that could be done."""
        if turn.answer is None or not is_user_key(user):
            return False
        with _going_on("A word to a vote could not be put down"):
            return self.store.add_word(user, turn.question, turn.answer.text, word)
        return False

    def share(self, user: str, conversation: str, turns: Sequence[Turn]) -> str:
        """Share some turns of a conversation, and return the id of their address; "" when that could not be done."""
        answered = [turn for turn in turns if turn.answer]
        if not answered or not is_user_key(user):
            return ""
        with _going_on("An answer could not be shared"):
            with self._assistant.archive.snapshot() as snapshot:
                generation = snapshot.generation
            name = name_of(Conversation(tuple(answered)))
            return self._shares.share(user, conversation, answered, name=name, generation=generation)
        return ""

    def shares(self, user: str) -> list[ShareEntry]:
        """What a user shares, newest first."""
        with _going_on("What a user shares could not be listed"):
            return self._shares.entries(user) if is_user_key(user) else []
        return []

    def revoke(self, user: str, share: str) -> bool:
        """Take one of a user's shares back. Returns whether that could be done."""
        with _going_on("A share could not be taken back"):
            self._shares.revoke(user, share)
            return True
        return False

    def shared(self, share: str) -> SharedPage | None:
        """What stands at the address of a share; None where there is nothing."""
        with _going_on("A share could not be read"), self._assistant.archive.snapshot() as snapshot:
            return self._shares.read(share, snapshot)
        return None

    def votes(self, user: str) -> Mapping[str, bool]:
        """A user's votes, for `voted`."""
        with _going_on("The votes could not be read"):
            return self.store.votes_of(user) if is_user_key(user) else {}
        return {}

    def export(
        self,
        conversation: Conversation,
        name: str,
        *,
        word: bool,
        gone: frozenset[str],
        language: Language = Language.CHINESE,
    ) -> File | None:
        """The conversation as a file; None when it could not be made."""
        name, now = name or name_of(conversation), self.now()
        with _going_on("A conversation could not be exported"):
            if word:
                content = export.as_word(conversation, name=name, exported=now, gone=gone, language=language)
                kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
                return file(export.file_name(name, "docx"), kind, content)
            text = export.as_markdown(conversation, name=name, exported=now, gone=gone, language=language)
            return file(export.file_name(name, "md"), "text/markdown", text.encode("utf-8", "replace"))
        return None

    def now(self) -> datetime:
        """The time here."""
        return self._now().astimezone(self._zone)

    def shown_time(self, time: datetime) -> str:
        """A time as the page shows it."""
        return f"{time.astimezone(self._zone):%Y-%m-%d %H:%M}"


def is_user_key(key: object) -> bool:
    """Whether a browser sent what can be a user's key."""
    return isinstance(key, str) and _USER_KEY.fullmatch(key) is not None


def name_of(conversation: Conversation) -> str:
    """What a conversation is called until its user names it: its first question, and no more of it than a line."""
    if not conversation.turns:
        return ""
    question = " ".join(conversation.turns[0].question.split())
    return question if len(question) <= _NAME_CHARS else f"{question[:_NAME_CHARS]}……"


def voted(votes: Mapping[str, bool], conversation: Conversation) -> list[str | None]:
    """For each turn, what gradio's chat calls the vote on it."""
    names = {True: "Like", False: "Dislike", None: None}
    return [
        names[votes.get(answer_key(turn.question, turn.answer.text))] if turn.answer else None
        for turn in conversation.turns
    ]


def file(name: str, kind: str, content: bytes) -> File:
    """A file for a user to save."""
    return File(name, kind, base64.b64encode(content).decode("ascii"))


@contextmanager
def _going_on(failed: str) -> Iterator[None]:
    try:
        yield
    except BulletinError as error:
        logger.warning("%s: %s", failed, error)
    except Exception:
        logger.exception("%s", failed)

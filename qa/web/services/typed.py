"""What to offer while a user types: titles, names, sections, and questions that the user has asked before."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from embeddings import Article, Chunk, Snapshot, fold_to_words, split_sentences
from qa.assistant import Assistant
from qa.i18n import joined
from qa.topics.topics import LONGEST_NAME
from qa.userdata.history import History
from qa.web.html.answers import day
from qa.web.services.addresses import Place
from qa.web.services.library import address_of

logger = logging.getLogger(__name__)

LONGEST_TYPED = 60  # characters; whatever is longer is a question of its own
_SEARCHED = 40  # chunks
_READ = 12  # of these, sentences of which are looked through for names
_SENTENCES = 12  # that have what was typed; a model takes 1.4 ms for names in each, and more in long ones
_SHORTEST_NAME = 2
_SELDOM = 4  # a name that is found so many times less than another is likely cut wrong
_MOST = {"question": 3, "name": 3, "section": 2, "title": 5}


class TypedKind(str, Enum):
    """What a suggestion is. StrEnum needs Python 3.11."""

    QUESTION = "question"
    NAME = "name"
    SECTION = "section"
    TITLE = "title"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class TypedSuggestion:
    """Something that has what was typed; `address` is what follows the page's own to come there."""

    kind: TypedKind
    text: str
    address: str
    about: str = ""


class TypedSuggestions:
    """Looks for what has some typed words. Use from any thread."""

    def __init__(self, assistant: Assistant, history: History | None = None) -> None:
        self._assistant, self._history = assistant, history

    def of(self, typed: str, *, user: str = "") -> list[TypedSuggestion]:
        """What has the words, in any script and width: of each kind a few, a user's own questions first.

        `user` is the key of the one who types; nobody else's questions are looked at.
        """
        wanted = fold_to_words(typed)
        if not wanted or len(typed) > LONGEST_TYPED:
            return []
        found = self._questions(wanted, user)
        try:
            with self._assistant.archive.snapshot() as snapshot, snapshot.computing():
                found += self._in_archive(typed, wanted, snapshot)
        except Exception:  # whoever types can still ask
            logger.exception("The archive could not be searched for what was typed")
        return found

    def _questions(self, wanted: str, user: str) -> list[TypedSuggestion]:
        asked = self._history.questions(user) if self._history and user else ()
        own = {one.question: one for one in reversed(asked) if wanted in fold_to_words(one.question)}
        newest = list(own.values())[::-1][: _MOST["question"]]
        return [
            TypedSuggestion(TypedKind.QUESTION, one.question, f"?conversation={one.conversation}") for one in newest
        ]

    def _in_archive(self, typed: str, wanted: str, snapshot: Snapshot) -> list[TypedSuggestion]:
        sections = [one for one in snapshot.sections() if wanted in fold_to_words(one)][: _MOST["section"]]
        hits = snapshot.read_chunks([one.chunk_id for one in snapshot.search_words(typed, _SEARCHED)])
        titled = {
            (article.issue_id, article.id): article for _, article in hits if wanted in fold_to_words(article.title)
        }
        return [
            *(
                TypedSuggestion(TypedKind.NAME, name, Place(topic=name).address)
                for name in self._names(wanted, hits[:_READ])
            ),
            *(TypedSuggestion(TypedKind.SECTION, one, Place(section=one).address) for one in sections),
            *(_titled(article) for article in list(titled.values())[: _MOST["title"]]),
        ]

    def _names(self, wanted: str, hits: Sequence[tuple[Chunk, Article]]) -> list[str]:
        """Names that have what was typed, the shortest first, without those that are found far less than another."""
        if not _SHORTEST_NAME <= len(wanted) <= LONGEST_NAME:
            return []
        found: dict[str, int] = {}
        texts = [
            text
            for chunk, article in hits
            for text in (article.title, *(chunk.text[start:end] for start, end in split_sentences(chunk.text)))
            if wanted in fold_to_words(text)
        ]
        for text in texts[:_SENTENCES]:
            for one in self._assistant.topics.names_in(text):
                if wanted in fold_to_words(one.text) and len(one.text) <= LONGEST_NAME:
                    found[one.text] = found.get(one.text, 0) + 1
        most = max(found.values(), default=0)
        usual = [name for name, count in found.items() if count * _SELDOM >= most]
        return sorted(usual, key=lambda name: (len(name), -found[name]))[: _MOST["name"]]


def _titled(article: Article) -> TypedSuggestion:
    about = joined(" · ", (day(article.date), article.issue.name))
    return TypedSuggestion(TypedKind.TITLE, article.title, address_of(article, is_shared=True), about)

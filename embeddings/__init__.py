"""Issue files → articles → chunks → vectors → archive.

Importing this package loads none of its parts; they load when one of the names below is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from embeddings.privacy import keep_to_this_machine

if TYPE_CHECKING:
    from embeddings.archive.base import (
        Archive,
        ArchiveReader,
        ArchiveWriter,
        Engine,
        Filters,
        IssueEntry,
        ScoredChunk,
        Settings,
        Snapshot,
    )
    from embeddings.archive.codec import article_to_row
    from embeddings.archive.registry import open_archive, register_engine
    from embeddings.config import (
        Limits,
        Variable,
        archive_folder,
        archive_location,
        archive_path,
        chosen_model,
        chosen_reader,
        data_path,
        issues_path,
        read_limit,
    )
    from embeddings.encoders.encoder import Encoder, open_cross_encoder, open_encoder
    from embeddings.encoders.onnx_session import open_session, thread_pool
    from embeddings.encoders.token_embedder import TokenEmbedder, Tokens, open_token_embedder
    from embeddings.errors import (
        ArchiveDamagedError,
        ArchiveError,
        ArchiveLockedError,
        ArchiveMissingError,
        ArgumentError,
        BulletinError,
        ModelError,
        ModelMismatchError,
        SourceError,
    )
    from embeddings.index.terms import TermStatistics
    from embeddings.ingest.backup import BackupReport, back_up, restore
    from embeddings.ingest.build import BuildOptions, BuildReport, Progress, add, build, mismatch_error, remove, tidy
    from embeddings.ingest.edit import correct_article, correct_issue, withdraw
    from embeddings.ingest.plan import Skipped
    from embeddings.ingest.upload import Draft, Preview, preview, take_in
    from embeddings.ingest.watch import WatchOptions, watch
    from embeddings.loaders.page_image import Clipping, clip_article, draw_page, is_printed
    from embeddings.loaders.registry import read_issue_file
    from embeddings.parsing.datelines import after_dateline
    from embeddings.parsing.tables import CELL_MARK, ToldRows, column_names, told_rows
    from embeddings.sources.scratch import scratch_folder
    from embeddings.text.dates import Mention, find_date, find_mentions
    from embeddings.text.names import SURNAMES_IN_TEXT, SURNAMES_WHERE_NAMES_STAND
    from embeddings.text.ngrams import character_pairs, folded_pairs, share_of_pairs
    from embeddings.text.normalize import fold, fold_to_words, simplified, well_formed
    from embeddings.text.numerals import read_digits, read_numeral
    from embeddings.text.sentences import split_sentences
    from embeddings.types import Article, ArticleKind, Box, Chunk, Issue, ParsedArticle, ParsedIssue

keep_to_this_machine()

# Each public name by the module that defines it, which is imported when the name is first asked for.
_PUBLIC = {
    "embeddings.archive.base": (
        "Archive",
        "ArchiveReader",
        "ArchiveWriter",
        "Engine",
        "Filters",
        "IssueEntry",
        "ScoredChunk",
        "Settings",
        "Snapshot",
    ),
    "embeddings.archive.codec": ("article_to_row",),
    "embeddings.archive.registry": ("open_archive", "register_engine"),
    "embeddings.config": (
        "Limits",
        "Variable",
        "archive_folder",
        "archive_location",
        "archive_path",
        "data_path",
        "chosen_model",
        "chosen_reader",
        "issues_path",
        "read_limit",
    ),
    "embeddings.encoders.encoder": ("Encoder", "open_cross_encoder", "open_encoder"),
    "embeddings.encoders.onnx_session": ("open_session", "thread_pool"),
    "embeddings.encoders.token_embedder": ("TokenEmbedder", "Tokens", "open_token_embedder"),
    "embeddings.errors": (
        "ArchiveDamagedError",
        "ArchiveError",
        "ArchiveLockedError",
        "ArchiveMissingError",
        "ArgumentError",
        "BulletinError",
        "ModelError",
        "ModelMismatchError",
        "SourceError",
    ),
    "embeddings.index.terms": ("TermStatistics",),
    "embeddings.ingest.backup": ("BackupReport", "back_up", "restore"),
    "embeddings.ingest.build": (
        "BuildOptions",
        "BuildReport",
        "Progress",
        "add",
        "build",
        "mismatch_error",
        "remove",
        "tidy",
    ),
    "embeddings.ingest.edit": ("correct_article", "correct_issue", "withdraw"),
    "embeddings.ingest.plan": ("Skipped",),
    "embeddings.ingest.upload": ("Draft", "Preview", "preview", "take_in"),
    "embeddings.ingest.watch": ("WatchOptions", "watch"),
    "embeddings.loaders.page_image": ("Clipping", "clip_article", "draw_page", "is_printed"),
    "embeddings.loaders.registry": ("read_issue_file",),
    "embeddings.parsing.datelines": ("after_dateline",),
    "embeddings.parsing.tables": ("CELL_MARK", "ToldRows", "column_names", "told_rows"),
    "embeddings.sources.scratch": ("scratch_folder",),
    "embeddings.text.dates": ("Mention", "find_date", "find_mentions"),
    "embeddings.text.names": ("SURNAMES_IN_TEXT", "SURNAMES_WHERE_NAMES_STAND"),
    "embeddings.text.ngrams": ("character_pairs", "folded_pairs", "share_of_pairs"),
    "embeddings.text.normalize": ("fold", "fold_to_words", "simplified", "well_formed"),
    "embeddings.text.numerals": ("read_digits", "read_numeral"),
    "embeddings.text.sentences": ("split_sentences",),
    "embeddings.types": ("Article", "ArticleKind", "Box", "Chunk", "Issue", "ParsedArticle", "ParsedIssue"),
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "CELL_MARK",
    "SURNAMES_IN_TEXT",
    "SURNAMES_WHERE_NAMES_STAND",
    "Archive",
    "ArchiveDamagedError",
    "ArchiveError",
    "ArchiveLockedError",
    "ArchiveMissingError",
    "ArchiveReader",
    "ArchiveWriter",
    "ArgumentError",
    "Article",
    "ArticleKind",
    "BackupReport",
    "Box",
    "BuildOptions",
    "BuildReport",
    "BulletinError",
    "Chunk",
    "Clipping",
    "Draft",
    "Encoder",
    "Engine",
    "Filters",
    "Issue",
    "IssueEntry",
    "Limits",
    "Mention",
    "ModelError",
    "ModelMismatchError",
    "ParsedArticle",
    "ParsedIssue",
    "Preview",
    "Progress",
    "ScoredChunk",
    "Settings",
    "Skipped",
    "Snapshot",
    "SourceError",
    "TermStatistics",
    "TokenEmbedder",
    "Tokens",
    "ToldRows",
    "Variable",
    "WatchOptions",
    "add",
    "after_dateline",
    "archive_folder",
    "archive_location",
    "archive_path",
    "article_to_row",
    "back_up",
    "build",
    "character_pairs",
    "chosen_model",
    "chosen_reader",
    "clip_article",
    "column_names",
    "correct_article",
    "correct_issue",
    "data_path",
    "draw_page",
    "find_date",
    "find_mentions",
    "fold",
    "fold_to_words",
    "folded_pairs",
    "is_printed",
    "issues_path",
    "mismatch_error",
    "open_archive",
    "open_cross_encoder",
    "open_encoder",
    "open_session",
    "open_token_embedder",
    "preview",
    "read_digits",
    "read_issue_file",
    "read_limit",
    "read_numeral",
    "register_engine",
    "remove",
    "restore",
    "scratch_folder",
    "share_of_pairs",
    "simplified",
    "split_sentences",
    "take_in",
    "thread_pool",
    "tidy",
    "told_rows",
    "watch",
    "well_formed",
    "withdraw",
]


def __getattr__(name: str) -> object:
    """A public name, from the module that defines it (PEP 562). Raises AttributeError for what is not public."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_MODULE_OF[name]), name)
    globals()[name] = value  # so that this function is not asked again
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Issue files → articles → chunks → vectors → archive.

Importing this package loads neither torch nor faiss; parts load when first used.
"""

from embeddings.archive import Archive, Filters, IssueEntry, ScoredRow, Settings, Snapshot
from embeddings.build import BuildOptions, BuildReport, Progress, Skipped, add, build, mismatch_message, remove
from embeddings.dates import find_date
from embeddings.encoder import Encoder, open_encoder
from embeddings.errors import (
    ArchiveDamagedError,
    ArchiveError,
    ArchiveLockedError,
    ArchiveMissingError,
    BulletinError,
    ModelError,
    ModelMismatchError,
    SourceError,
)
from embeddings.lexical import terms_of
from embeddings.readers import read_issue_file
from embeddings.settings import archive_path, chosen_model
from embeddings.text import fold, fold_to_words, split_sentences
from embeddings.types import Article, ArticleKind, Chunk, Issue

__all__ = [
    "Archive",
    "ArchiveDamagedError",
    "ArchiveError",
    "ArchiveLockedError",
    "ArchiveMissingError",
    "Article",
    "ArticleKind",
    "BuildOptions",
    "BuildReport",
    "BulletinError",
    "Chunk",
    "Encoder",
    "Filters",
    "Issue",
    "IssueEntry",
    "ModelError",
    "ModelMismatchError",
    "Progress",
    "ScoredRow",
    "Settings",
    "Skipped",
    "Snapshot",
    "SourceError",
    "add",
    "archive_path",
    "build",
    "chosen_model",
    "find_date",
    "fold",
    "fold_to_words",
    "mismatch_message",
    "open_encoder",
    "read_issue_file",
    "remove",
    "split_sentences",
    "terms_of",
]

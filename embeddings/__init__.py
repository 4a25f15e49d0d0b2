"""Issue files → articles → chunks → vectors → archive.

Importing this package loads neither torch nor faiss; parts load when first used.
"""

from embeddings.archive.base import Archive, Filters, IssueEntry, ScoredRow, Settings, Snapshot
from embeddings.config import archive_path, chosen_model, chosen_reader, issues_path
from embeddings.encoders.encoder import Encoder, open_cross_encoder, open_encoder
from embeddings.encoders.token_embedder import TokenEmbedder, Tokens, open_token_embedder
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
from embeddings.index.bm25 import terms_of
from embeddings.ingest.build import BuildOptions, BuildReport, Progress, add, build, mismatch_message, remove
from embeddings.ingest.edit import correct_article, correct_issue, withdraw
from embeddings.ingest.plan import Skipped
from embeddings.ingest.upload import Draft, Preview, preview, take_in
from embeddings.ingest.watch import WatchOptions, watch
from embeddings.limits import Limits
from embeddings.loaders.page_image import Clipping, clip_article, is_printed
from embeddings.loaders.registry import read_issue_file
from embeddings.text.dates import Mention, find_date, find_mentions
from embeddings.text.normalize import fold, fold_to_words, simplified, split_sentences
from embeddings.types import Article, ArticleKind, Box, Chunk, Issue, ParsedArticle, ParsedIssue

__all__ = [
    "Archive",
    "ArchiveDamagedError",
    "ArchiveError",
    "ArchiveLockedError",
    "ArchiveMissingError",
    "Article",
    "ArticleKind",
    "Box",
    "BuildOptions",
    "BuildReport",
    "BulletinError",
    "Chunk",
    "Clipping",
    "Draft",
    "Encoder",
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
    "ScoredRow",
    "Settings",
    "Skipped",
    "Snapshot",
    "SourceError",
    "TokenEmbedder",
    "Tokens",
    "WatchOptions",
    "add",
    "archive_path",
    "build",
    "chosen_model",
    "chosen_reader",
    "clip_article",
    "correct_article",
    "correct_issue",
    "find_date",
    "find_mentions",
    "fold",
    "fold_to_words",
    "is_printed",
    "issues_path",
    "mismatch_message",
    "open_cross_encoder",
    "open_encoder",
    "open_token_embedder",
    "preview",
    "read_issue_file",
    "remove",
    "simplified",
    "split_sentences",
    "take_in",
    "terms_of",
    "watch",
    "withdraw",
]

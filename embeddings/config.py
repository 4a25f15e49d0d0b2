"""Settings that come from the environment, read when asked for and never at import.

Every variable of the bulletin stands in `Variable`, with what it means and what holds without it; docs/settings.md is
made from there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path

from embeddings.errors import ArchiveCode, ArchiveError, SourceError, UsageCode

LOCAL_SCHEME = "file"
# A path may have a colon too (C:\archive), so a scheme is one that is followed by slashes, or "file:".
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://|(file):", re.IGNORECASE)


class Variable(str, Enum):
    """A variable of the environment: its name, what it means, and its default as it would be written ("" for none)."""

    meaning: str
    default: str

    ARCHIVE = "BULLETIN_ARCHIVE", "the archive: a folder, or the URL of another engine's", "archive"
    MILVUS = (
        "BULLETIN_MILVUS",
        "where Milvus is, for an archive on PostgreSQL whose URL does not say: `http://HOST:19530`",
    )
    MILVUS_TOKEN = "BULLETIN_MILVUS_TOKEN", "what Milvus asks for: `USER:PASSWORD` or a key"
    MILVUS_SECONDS = "BULLETIN_MILVUS_SECONDS", "the most seconds that a call to Milvus may take", "60"
    DATA = (
        "BULLETIN_DATA",
        "where the page keeps conversations, votes and keys, for an archive that is in no folder",
        "bulletin-data",
    )
    ISSUES = "BULLETIN_ISSUES", "where issues dropped on the page are kept; else `issues` in the archive folder"
    MODEL = (
        "BULLETIN_MODEL",
        "a sentence-transformers folder or hub name; else the archive's own model, else the bundled one",
    )
    READER = (
        "BULLETIN_READER",
        "a sentence-transformers CrossEncoder, folder or hub name, or another package's reader, to read the "
        "best hits; else the bundled reader; "
        "`none` for no second look",
    )
    DOWNLOAD = "BULLETIN_DOWNLOAD", "1 allows a hub model to be fetched"
    LLM_URL = "BULLETIN_LLM_URL", "an endpoint that speaks OpenAI's protocol, to write answers from the passages"
    LLM_MODEL = "BULLETIN_LLM_MODEL", "the model that this endpoint serves"
    LLM_KEY = "BULLETIN_LLM_KEY", "the key that it asks for", "none"
    LLM_TIMEOUT = "BULLETIN_LLM_TIMEOUT", "seconds for a whole answer of it; after that the quoted answer stands", "30"
    KEEP_DAYS = (
        "BULLETIN_KEEP_DAYS",
        "days that conversations, votes and questions are kept; 0 keeps nothing",
        "90",
    )
    AUTH = "BULLETIN_AUTH", "USER:PASSWORD for the whole page"
    STAFF_PASSWORD = "BULLETIN_STAFF_PASSWORD", "the password that opens the tab 编辑部 from any machine"
    HOSTS = (
        "BULLETIN_HOSTS",
        "names, with commas between, by which the page may be called beside the names of this machine and addresses",
    )
    SITES = (
        "BULLETIN_SITES",
        "origins, with commas between, of the sites that may put the question box into their pages, such as "
        "`https://news.example`",
    )
    PROXIES = (
        "BULLETIN_PROXIES",
        "addresses or networks, with commas between, of the proxies before the page; only theirs is the "
        "`X-Forwarded-For` that tells senders apart",
    )
    WECOM_TOKEN = "BULLETIN_WECOM_TOKEN", "the Token of the callback of an application of 企业微信"
    WECOM_KEY = "BULLETIN_WECOM_KEY", "its EncodingAESKey"
    WECOM_ID = "BULLETIN_WECOM_ID", "the id of the company (CorpID)"
    WECOM_ROBOT = "BULLETIN_WECOM_ROBOT", "the Bot ID of a robot (智能机器人) of 企业微信, for `bulletin chats`"
    WECOM_ROBOT_SECRET = "BULLETIN_WECOM_ROBOT_SECRET", "its Secret"
    DINGTALK_CLIENT = "BULLETIN_DINGTALK_CLIENT", "the Client ID (AppKey) of a robot of 钉钉, for `bulletin chats`"
    DINGTALK_SECRET = "BULLETIN_DINGTALK_SECRET", "its Client Secret (AppSecret)"
    FEISHU_APP = "BULLETIN_FEISHU_APP", "the App ID of an application of 飞书"
    FEISHU_SECRET = "BULLETIN_FEISHU_SECRET", "its App Secret"
    FEISHU_KEY = "BULLETIN_FEISHU_KEY", "its Encrypt Key, where it calls a page that is served"
    # Most systems let a process hold 1,024 files and connections.
    MAX_CONNECTIONS = "BULLETIN_MAX_CONNECTIONS", "the most connections to the page at a time", "500"
    MAX_SENDER_CONNECTIONS = "BULLETIN_MAX_SENDER_CONNECTIONS", "the most of them from one address", "100"
    MAX_WAITING = "BULLETIN_MAX_WAITING", "the most questions and other calls that wait for their turn", "200"
    MAX_SENDER_WAITING = "BULLETIN_MAX_SENDER_WAITING", "the most of them from one address", "40"
    MAX_BYTES = "BULLETIN_MAX_BYTES", "the most bytes of a file", "50000000"
    MAX_UNPACKED_BYTES = (
        "BULLETIN_MAX_UNPACKED_BYTES",
        "the most bytes that an archive or Office file unpacks to",
        "200000000",
    )
    MAX_MEMBERS = "BULLETIN_MAX_MEMBERS", "the most files in an archive", "1000"
    MAX_PAGES = "BULLETIN_MAX_PAGES", "the most pages of a PDF, or pictures of one issue", "60"
    MAX_LINES = "BULLETIN_MAX_LINES", "the most lines of a text; those beyond are left out, and said", "200000"
    # A broadsheet at 400 dpi has 60 million.
    MAX_PIXELS = "BULLETIN_MAX_PIXELS", "the most pixels of a picture or a rendered page", "60000000"

    MAX_MEMORY = (
        "BULLETIN_MAX_MEMORY",
        "the most bytes of memory that reading a file may take, in the process that reads it (on Linux)",
        "1500000000",
    )
    # A picture of noise as large as may be takes 1.3 GB, a broadsheet 0.9.
    MAX_SCAN_MEMORY = (
        "BULLETIN_MAX_SCAN_MEMORY",
        "the same, once a page has to be read from its picture",
        "2500000000",
    )
    MAX_SECONDS = (
        "BULLETIN_MAX_SECONDS",
        "the most seconds that reading a page may take, or a file that has none",
        "300",
    )

    def __new__(cls, name: str, meaning: str, default: str = "") -> Variable:
        """A member that is its name, and knows its meaning and default."""
        variable = str.__new__(cls, name)
        variable._value_ = name
        variable.meaning, variable.default = meaning, default
        return variable

    __str__ = str.__str__

    def read(self) -> str:
        """What the environment says, without spaces around it, else the default."""
        return os.environ.get(self, "").strip() or self.default


# What opens a door; a backup does not carry it about.
SECRETS = frozenset(
    {
        Variable.AUTH,
        Variable.STAFF_PASSWORD,
        Variable.LLM_KEY,
        Variable.MILVUS_TOKEN,
        Variable.WECOM_TOKEN,
        Variable.WECOM_KEY,
        Variable.WECOM_ROBOT_SECRET,
        Variable.DINGTALK_SECRET,
        Variable.FEISHU_SECRET,
        Variable.FEISHU_KEY,
    }
)


def settings_in_force() -> dict[str, str]:
    """The variables of the bulletin that the environment sets, without those that are secret."""
    return {str(one): os.environ[one] for one in Variable if os.environ.get(one) and one not in SECRETS}


def variables_set(environment: Mapping[str, str]) -> list[str]:
    """The variables of an environment that have a name like the bulletin's, known or not."""
    return sorted(name for name in environment if name.startswith("BULLETIN_"))


def settings_table() -> str:
    """The variables as a table of Markdown, as it stands in docs/settings.md."""
    rows = [f"| `{one}` | {one.meaning} | {f'`{one.default}`' if one.default else ''} |" for one in Variable]
    return "\n".join(["| variable | meaning | default |", "|---|---|---|", *rows, ""])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may hold; a file beyond a limit is refused with its name. `max_pages` is BULLETIN_MAX_PAGES."""

    max_bytes: int = int(Variable.MAX_BYTES.default)  # of the file itself
    max_unpacked_bytes: int = int(Variable.MAX_UNPACKED_BYTES.default)
    max_members: int = int(Variable.MAX_MEMBERS.default)
    max_pages: int = int(Variable.MAX_PAGES.default)
    max_lines: int = int(Variable.MAX_LINES.default)  # of a text
    max_pixels: int = int(Variable.MAX_PIXELS.default)
    max_memory: int = int(Variable.MAX_MEMORY.default)  # bytes, of the process that reads it
    max_scan_memory: int = int(Variable.MAX_SCAN_MEMORY.default)  # the same, once it reads a picture
    max_seconds: int = int(Variable.MAX_SECONDS.default)  # for a page, or a file without pages

    @classmethod
    def from_environment(cls) -> Limits:
        """The defaults, with what the environment sets in place of them. Raises SourceError for what is no number."""
        return cls(**{limit.name: read_limit(Variable[limit.name.upper()]) for limit in fields(cls)})


def read_limit(variable: Variable) -> int:
    """The whole number above zero that a variable sets, else its default. Raises SourceError for anything else."""
    text = variable.read()
    if not (text.isdecimal() and int(text) > 0):
        raise SourceError(UsageCode.BAD_LIMIT, variable=variable, text=text, default=variable.default)
    return int(text)


def archive_location(location: str | Path | None = None) -> str:
    """The archive's URL or path: the one given, else BULLETIN_ARCHIVE, else `archive` in the working directory."""
    return str(location or Variable.ARCHIVE.read())


def archive_scheme(location: str) -> str:
    """The scheme of an archive's URL, in lower case; LOCAL_SCHEME for a path."""
    match = _SCHEME.match(location)
    return (match[1] or match[2]).lower() if match else LOCAL_SCHEME


def archive_folder(location: str | Path | None = None) -> Path | None:
    """The folder of an archive that is kept in one, by path or file: URL; None for another engine's.

    The default is that of `archive_location`.
    """
    location = archive_location(location)
    if _SCHEME.match(location) is None:
        return Path(location)
    if archive_scheme(location) != LOCAL_SCHEME:
        return None
    from urllib.parse import urlsplit
    from urllib.request import url2pathname  # imports what speaks HTTP

    return Path(url2pathname(urlsplit(location).path))


def archive_path(location: str | Path | None = None) -> Path:
    """The folder of an archive, as `archive_folder` tells it. Raises ArchiveError for one that is not in a folder."""
    folder = archive_folder(location)
    if folder is None:
        raise ArchiveError(ArchiveCode.NOT_A_FOLDER, location=archive_location(location))
    return folder


def data_path(location: str | Path | None = None) -> Path:
    """Where a page keeps what is its own: the archive's folder, or BULLETIN_DATA for an archive that is in none."""
    return archive_folder(location) or Path(Variable.DATA.read())


def issues_path(archive: Path) -> Path:
    """Where issues that are dropped onto the page are kept: BULLETIN_ISSUES, else `issues` in the archive folder."""
    return Path(Variable.ISSUES.read() or archive / "issues")


def chosen_model(model: str | None = None) -> str | None:
    """The model asked for: the one given, else BULLETIN_MODEL, else None, which leaves it to the archive."""
    return model or Variable.MODEL.read() or None


def chosen_reader(reader: str | None = None) -> str | None:
    """The reader asked for: the one given, else BULLETIN_READER, else None: the bundled one. "none" is no reader."""
    return reader or Variable.READER.read() or None


def download_allowed() -> bool:
    """Whether a model named on the hub may be fetched: BULLETIN_DOWNLOAD=1. Nothing is fetched by default."""
    return Variable.DOWNLOAD.read().lower() in {"1", "true", "yes"}


def cores() -> int:
    """How many cores a computation may take: OMP_NUM_THREADS, as OpenMP obeys it, else all this process may use.

    Threads beyond these would spin while they wait for each other, and take the cores from others.
    """
    told = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if told.isdecimal() and int(told):
        return int(told)
    return usable_cores()


def usable_cores() -> int:
    """How many cores this process may use, whatever a single computation may take of them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    print(settings_table(), end="")

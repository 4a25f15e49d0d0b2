"""Nothing leaves the machine, and no file is left behind but where the documents say so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from embeddings import ModelError, open_encoder
from embeddings.encoders.bundled import bundled_folder
from tests.support.network import _traced_beyond, beyond_loopback
from tests.support.pages import free_port

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
ISSUE = "# 青禾县报 2025年9月13日\n\n## 乙村水渠修好了\n\n乙村的水渠修了三个月，全长三千米，浇灌两千亩地。\n"
# The page as the command serves it, opened once, then stopped as Ctrl+C stops it.
OPEN_A_PAGE = """
import os, signal, sys, threading, time, urllib.request
from qa.cli import main

def visit():
    address = "http://127.0.0.1:" + sys.argv[-1]
    for _ in range(6000):
        try:
            urllib.request.urlopen(address + "/health").close()
            break
        except OSError:
            time.sleep(0.1)
    for path in ("/", "/config", "/programs"):
        urllib.request.urlopen(address + path).read()
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=visit, daemon=True).start()
for _ in range(5):
    try:
        main(["serve", "--archive", "archive", "--port", sys.argv[-1]])
    except KeyboardInterrupt:
        break
    except ValueError:
        pass  # gradio gives up where the machine is so busy that its own address takes seconds to answer
    else:
        break
"""


# A folder watched for a moment, without the address of a feed.
WATCH_A_FOLDER = """
import os, signal, sys, threading, time
from qa.cli import main

threading.Timer(5, os.kill, (os.getpid(), signal.SIGINT)).start()
assert main(["watch", sys.argv[-1] + "/issues", "--archive", sys.argv[-1] + "/archive"]) == 0
"""

# All the other commands, one after the other.
RUN_THE_REST = """
import json, sys
from pathlib import Path
from qa.cli import main

def run(*words):
    assert main([*words]) in (0, 1), words

here = Path(sys.argv[-1])
archive, issue = ("--archive", str(here / "archive")), str(here / "issues" / "报.md")
asked = here / "questions.jsonl"
row = {"question": "水渠全长多少米？", "answers": ["三千米"], "evidence": "全长三千米"}
row["article_title"] = "乙村水渠修好了"
asked.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
asking = (["search", "水渠"], ["evaluate", str(asked)])
for words in (["list"], ["show", "报"], ["check", "--repair"], ["feedback"], ["doctor"], *asking):
    run(*words, *archive)
run("parse", issue)
run("key", "add", "front", *archive)
run("key", "remove", "front", *archive)
run("backup", str(here / "backup.zip"), *archive)
run("restore", str(here / "backup.zip"), "--archive", str(here / "other"))
for words in (["correct", "报", "--name", "县报"], ["withdraw", "报"], ["add", issue], ["remove", "报"]):
    run(*words, *archive)
for path in (asked, here / "backup.zip"):
    path.unlink()
"""


@pytest.mark.parametrize("package", ["embeddings", "qa"])
def test_libraries_are_told_to_send_nothing_before_any_is_imported(package: str) -> None:
    shown = _variables_after(f"import {package}", {})
    assert shown["ORT_DISABLE_TELEMETRY"] == shown["HF_HUB_OFFLINE"] == shown["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert shown["GRADIO_ANALYTICS_ENABLED"] == "False"


def test_what_a_user_has_said_to_a_library_stands() -> None:
    assert _variables_after("import qa", {"HF_HUB_OFFLINE": "0"})["HF_HUB_OFFLINE"] == "0"


def _variables_after(code: str, said: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ORT_", "GRADIO_"))}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, os\nprint(json.dumps(dict(os.environ)))"],
        env={**kept, **said},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_the_hub_is_within_reach_of_who_asks_for_a_model_and_of_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub
    from huggingface_hub import constants

    reached: list[bool] = []

    def fetch(name: str, **_: object) -> str:
        reached.append(not huggingface_hub.is_offline_mode())
        raise ValueError("nothing is fetched by a test")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    for allowed in ("", "1"):
        monkeypatch.setenv("BULLETIN_DOWNLOAD", allowed)
        with pytest.raises(ModelError):
            open_encoder("somebody/some-model")
    assert reached == [False, True]
    assert huggingface_hub.is_offline_mode()


def test_a_trace_tells_what_is_beyond_loopback() -> None:
    trace = """
7 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0
7 connect(3, {sa_family=AF_INET, sin_port=htons(7860), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 0
7 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0
7 sendto(3, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = 1
"""
    assert _traced_beyond(trace) == ["name server 127.0.0.53", "call to 192.0.2.7"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with nothing in it but the cache of the model."""
    folder = tmp_path_factory.mktemp("user")
    (folder / ".cache").mkdir()
    bundled_folder()
    (folder / ".cache" / "bulletin-qa").symlink_to(user_cache_path("bulletin-qa"))
    return folder


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.model
def test_no_command_reaches_beyond_this_machine_or_leaves_files_about(home: Path, tmp_path: Path) -> None:
    work, temporary = tmp_path / "work", tmp_path / "tmp"
    issues = work / "issues"
    issues.mkdir(parents=True)
    temporary.mkdir()
    (issues / "报.md").write_text(ISSUE, encoding="utf-8")
    pictures = _draw(issues / "页.png")
    variables = {"HOME": str(home), "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": ""}
    commands = {
        "build": ["-m", "qa.cli", "build", "../work/issues", "--archive", "../work/archive"],
        "ask": ["-m", "qa.cli", "ask", "水渠全长多少米？", "--archive", "../work/archive"],
        "watch": ["-c", WATCH_A_FOLDER, "../work"],
        "rest": ["-c", RUN_THE_REST, "../work"],
        "page": ["-c", OPEN_A_PAGE.replace('"archive"', '"../work/archive"'), str(free_port())],
    }
    reached = {}
    for name, command in commands.items():
        folder = tmp_path / name
        folder.mkdir()
        reached[name] = beyond_loopback(command, folder=folder, variables=variables)
        assert {path.name for path in folder.iterdir()} == {"hook"}
    assert reached == {name: set() for name in commands}
    assert sorted(path.name for path in home.rglob("*")) == [".cache", "bulletin-qa"]
    assert {path.name for path in work.iterdir()} == {"issues", "archive", "other"}
    assert {path.suffix for path in issues.iterdir()} <= {".md", ".png", ".jsonl"}  # with the log of corrections
    assert len(list(issues.iterdir())) == 2 + pictures


def _draw(path: Path) -> int:
    """A scanned page, where the parts that read one and a Chinese font are there; returns how many were drawn."""
    if not FONT.exists():
        return 0
    pytest.importorskip("rapidocr", reason="the ocr extra is not installed")
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (900, 500), "white")
    draw = ImageDraw.Draw(image)
    draw.text((60, 60), "丙校昨天开学", fill="black", font=ImageFont.truetype(str(FONT), 60))
    for at, line in enumerate(("来了三十个学生，校长在门口迎接他们，", "每人领到一本新书和一支铅笔。")):
        draw.text((60, 180 + 50 * at), line, fill="black", font=ImageFont.truetype(str(FONT), 34))
    image.save(path)
    return 1

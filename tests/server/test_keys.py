"""Keys of other programs: what they open, what they are counted for, and what is kept of them."""

from __future__ import annotations

import json
import stat
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from embeddings import BulletinError
from qa.cli import main
from qa.errors import KeyCode
from qa.server.auth import WRONG_TRIES, ClientRequest
from qa.server.keys import KEYS_FILE, KeyAccess, KeyFile, KeyRefusedError


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.day = datetime(2025, 9, 13, 22, 30, tzinfo=timezone.utc)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(tmp_path: Path, clock: Clock) -> KeyAccess:
    return KeyAccess(KeyFile(tmp_path), clock=lambda: clock.seconds, now=lambda: clock.day)


def bearing(key: str, address: str = "10.0.0.1") -> ClientRequest:
    return ClientRequest(address, {"authorization": f"Bearer {key}"} if key else {})


def refused(access: KeyAccess, key: str, address: str = "10.0.0.1") -> KeyRefusedError:
    with pytest.raises(KeyRefusedError) as caught:
        access.admit(bearing(key, address))
    return caught.value


def test_the_file_has_no_key_in_it_and_is_its_owners_alone(tmp_path: Path) -> None:
    secret = KeyFile(tmp_path).add("报社网站", per_minute=5)
    kept = tmp_path / KEYS_FILE
    assert secret not in kept.read_text("utf-8")
    assert len(secret) > 40
    assert stat.S_IMODE(kept.stat().st_mode) & 0o077 == 0
    (key,) = KeyFile(tmp_path).read()
    assert (key.name, key.per_minute) == ("报社网站", 5)


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "x" * 61, "名\n字"])
def test_a_key_needs_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(BulletinError) as caught:
        KeyFile(tmp_path).add(name)
    assert caught.value.code is KeyCode.BAD_NAME


def test_a_name_is_given_once(tmp_path: Path) -> None:
    KeyFile(tmp_path).add("a")
    with pytest.raises(BulletinError) as caught:
        KeyFile(tmp_path).add("a")
    assert caught.value.code is KeyCode.NAME_TAKEN


def test_a_page_without_keys_asks_for_none(tmp_path: Path, access: KeyAccess) -> None:
    assert not access.concerns(bearing("none"), has_password=False)
    KeyFile(tmp_path).add("a")
    assert access.concerns(bearing(""), has_password=False)
    assert access.concerns(bearing("none"), has_password=True)
    assert not access.concerns(bearing(""), has_password=True)


def test_calls_are_refused_once_the_last_key_was_taken_back(tmp_path: Path, access: KeyAccess) -> None:
    secret = KeyFile(tmp_path).add("a")
    access.admit(bearing(secret))
    KeyFile(tmp_path).remove("a")
    assert refused(access, secret).code is KeyCode.WRONG
    assert access.concerns(bearing(""), has_password=False)
    with pytest.raises(BulletinError) as caught:
        KeyFile(tmp_path).remove("a")
    assert caught.value.code is KeyCode.UNKNOWN


def test_a_key_allows_so_many_calls_a_minute(tmp_path: Path, access: KeyAccess, clock: Clock) -> None:
    secret, other = KeyFile(tmp_path).add("a", per_minute=2), KeyFile(tmp_path).add("b", per_minute=1)
    access.admit(bearing(secret))
    clock.seconds += 20
    access.admit(bearing(secret))
    fault = refused(access, secret)
    assert (fault.code, fault.status, fault.retry_after) == (KeyCode.TOO_MANY_A_MINUTE, 429, 41)
    access.admit(bearing(other))
    clock.seconds += 41
    access.admit(bearing(secret))
    refused(access, secret)


def test_a_key_allows_so_many_calls_a_day(tmp_path: Path, access: KeyAccess, clock: Clock) -> None:
    secret = KeyFile(tmp_path).add("a", per_day=2)
    for _ in range(2):
        clock.seconds += 61
        access.admit(bearing(secret))
    clock.seconds += 61
    fault = refused(access, secret)
    assert (fault.code, fault.retry_after) == (KeyCode.TOO_MANY_A_DAY, 90 * 60)
    clock.day = datetime(2025, 9, 14, tzinfo=timezone.utc)
    access.admit(bearing(secret))


def test_a_key_holds_until_its_last_day(tmp_path: Path, access: KeyAccess, clock: Clock) -> None:
    secret = KeyFile(tmp_path).add("a", until=date(2025, 9, 13))
    access.admit(bearing(secret))
    clock.day = datetime(2025, 9, 14, 0, 1, tzinfo=timezone.utc)
    fault = refused(access, secret)
    assert (fault.code, fault.status) == (KeyCode.EXPIRED, 401)


def test_who_guesses_keys_has_to_wait(tmp_path: Path, access: KeyAccess, clock: Clock) -> None:
    secret = KeyFile(tmp_path).add("a")
    assert refused(access, "").code is KeyCode.MISSING
    for number in range(WRONG_TRIES):
        assert refused(access, f"guess-{number}").code is KeyCode.WRONG
    assert refused(access, secret).code is KeyCode.WAIT
    access.admit(bearing(secret, "10.0.0.2"))
    clock.seconds += 601
    access.admit(bearing(secret))


def test_keys_that_cannot_be_read_let_nobody_in(tmp_path: Path, access: KeyAccess) -> None:
    (tmp_path / KEYS_FILE).write_text('[{"name": "a"}]', encoding="utf-8")
    assert access.concerns(bearing("x"), has_password=False)
    with pytest.raises(BulletinError) as caught:
        access.admit(bearing("x"))
    assert caught.value.code is KeyCode.UNREADABLE


def test_keys_are_made_listed_and_taken_back_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = ["--archive", str(tmp_path)]
    assert main(["key", "list", *archive]) == 0
    assert "没有发过密钥" in capsys.readouterr().out
    assert main(["key", "add", "前台", "--per-minute", "3", "--until", "2030年1月2日", *archive]) == 0
    secret = capsys.readouterr().out.strip()
    KeyAccess(KeyFile(tmp_path)).admit(bearing(secret))
    assert main(["key", "list", "--json", *archive]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row == {"name": "前台", "per_minute": 3, "per_day": 5000, "until": "2030-01-02"}
    assert main(["key", "remove", "前台", *archive]) == 0
    assert main(["key", "list", *archive]) == 0
    assert "都会被拒绝" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [["add", "a b"], ["add", "a", "--until", "明天吧"], ["remove", "a"]], ids=["name", "day", "unknown"]
)
def test_a_command_that_cannot_be_done_says_why(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", *command, "--archive", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / KEYS_FILE).exists()

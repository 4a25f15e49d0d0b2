from __future__ import annotations

import argparse
import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from embeddings import BulletinError
from qa.server.auth import (
    STAY_SECONDS,
    WRONG_SECONDS,
    WRONG_TRIES,
    ClientRequest,
    Credentials,
    NotAdmittedError,
    StaffAccess,
)
from qa.server.options import add_serving_arguments, options_of
from qa.web.run import add_arguments

HERE = {"host": "127.0.0.1:7860"}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def visit(address: str = "127.0.0.1", headers: Mapping[str, str] = HERE) -> ClientRequest:
    return ClientRequest(address, headers)


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        ("127.0.0.1", HERE, True),
        ("::1", {"host": "[::1]:7860"}, True),
        ("::ffff:127.0.0.1", {"host": "localhost"}, True),
        ("127.0.0.1", {**HERE, "origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}, True),
        ("192.168.0.9", HERE, False),
        ("", HERE, False),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {"host": "news.example"}, False),  # a name of another site that points here
        ("127.0.0.1", {**HERE, "origin": "http://127.0.0.1:9000"}, False),  # a page of another program here
        ("127.0.0.1", {**HERE, "sec-fetch-site": "cross-site"}, False),
        ("127.0.0.1", {**HERE, "x-forwarded-for": "203.0.113.9"}, False),
        ("127.0.0.1", {**HERE, "x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", {**HERE, "forwarded": "for=203.0.113.9"}, False),
    ],
)
def test_without_a_password_only_this_machine_is_admitted(
    address: str, headers: Mapping[str, str], local: bool
) -> None:
    assert StaffAccess().admits(visit(address, headers)) is local
    assert not StaffAccess(behind_proxy=True).admits(visit(address, headers))
    assert not StaffAccess("口令").admits(visit(address, headers))


def test_the_password_admits_the_browser_that_gave_it_and_no_other() -> None:
    clock = Clock()
    staff_access = StaffAccess("开门 sesame", now=clock)
    token = staff_access.enter("开门 sesame", visit("203.0.113.9"))
    inside = visit("203.0.113.9", {**HERE, "cookie": f"theme={{}}; {staff_access.cookie}={token}; a=b"})
    assert staff_access.admits(inside)
    assert not staff_access.admits(visit("203.0.113.9", {**HERE, "cookie": f"{staff_access.cookie}="}))
    assert not staff_access.admits(visit("203.0.113.9", {**inside.headers, "sec-fetch-site": "cross-site"}))
    assert not StaffAccess("开门 sesame").admits(inside)
    clock.now += STAY_SECONDS
    assert not staff_access.admits(inside)
    again = staff_access.enter("开门 sesame", visit())
    back = visit(headers={"cookie": f"{staff_access.cookie}={again}"})
    assert staff_access.admits(back)
    staff_access.leave(back)
    assert not staff_access.admits(back)


def test_wrong_passwords_make_their_sender_wait_and_nobody_else() -> None:
    clock = Clock()
    staff_access = StaffAccess("right", now=clock)
    for number in range(WRONG_TRIES):
        with pytest.raises(NotAdmittedError, match="password is wrong"):
            staff_access.enter(f"wrong {number}", visit("2001:db8::1"))
    with pytest.raises(NotAdmittedError, match="too many times"):
        staff_access.enter("right", visit("2001:db8::2"))  # of the same network
    assert staff_access.enter("right", visit("2001:db8:0:1::1"))
    clock.now += WRONG_SECONDS
    assert staff_access.enter("right", visit("2001:db8::2"))


def test_an_empty_password_opens_nothing() -> None:
    with pytest.raises(NotAdmittedError):
        StaffAccess().enter("", visit())
    with pytest.raises(NotAdmittedError):
        StaffAccess("right").enter("", visit())


@pytest.mark.parametrize(
    ("given", "admitted"),
    [
        ("Basic " + base64.b64encode("读者:密:码".encode()).decode(), True),
        ("basic " + base64.b64encode("读者:密:码".encode()).decode(), True),
        ("Basic " + base64.b64encode("读者:错".encode()).decode(), False),
        ("Basic 读者:密:码", False),
        ("Bearer x", False),
        ("", False),
    ],
)
def test_the_page_opens_to_its_name_and_password(given: str, admitted: bool) -> None:
    assert Credentials("读者", "密:码").admits(visit(headers={"authorization": given})) is admitted


def test_a_page_that_repeats_one_stale_password_is_not_guessing() -> None:
    credentials = Credentials("reader", "new")

    def knock(password: str) -> None:
        given = base64.b64encode(f"reader:{password}".encode()).decode()
        assert not credentials.admits(visit(headers={"authorization": f"Basic {given}"}))

    for _ in range(3 * WRONG_TRIES):
        knock("old")
    assert not credentials.must_wait(visit())
    for number in range(WRONG_TRIES):
        knock(f"guess {number}")
    assert credentials.must_wait(visit())


def parsed(*words: str) -> argparse.Namespace:

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    add_serving_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "password", "editing"),
    [
        ([], "", True),
        ([], "secret", True),
        (["--host", "0.0.0.0"], "", False),
        (["--host", "0.0.0.0"], "secret", True),
        (["--root-path", "/news"], "", False),
        (["--root-path", "/news"], "secret", True),
        (["--share-nothing"], "secret", False),
        (["--no-editing"], "secret", False),
    ],
)
def test_who_gets_a_staff_side(words: list[str], password: str, editing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_STAFF_PASSWORD", password)
    options = options_of(parsed(*words))
    assert options.editing is editing
    assert options.remember is ("--share-nothing" not in words)


def test_secrets_come_from_files_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    knock = visit(headers={"authorization": "Basic " + base64.b64encode(b"reader:pass").decode()})
    file = tmp_path / "secret"
    file.write_text("reader:pass\n第二行\n", encoding="utf-8")
    for words in (["--auth-file", str(file)], ["--auth", "reader:pass"]):
        credentials = options_of(parsed(*words)).credentials
        assert credentials is not None
        assert credentials.admits(knock)
    monkeypatch.setenv("BULLETIN_AUTH", "reader:pass")
    credentials = options_of(parsed()).credentials
    assert credentials is not None
    assert credentials.admits(knock)
    file.write_text("staff secret\n", encoding="utf-8")
    assert options_of(parsed("--staff-password-file", str(file))).staff_access.enter("staff secret", visit())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--auth", "reader"], "USER:PASSWORD"),
        (["--auth", "reader:"], "USER:PASSWORD"),
        (["--auth", "a:b", "--auth-file", "x"], "one of them"),
        (["--auth-file", "/nowhere/at/all"], "cannot be read"),
        (["--share-nothing", "--editing"], "one of them"),
        (["--root-path", "news", "--editing"], "needs a password"),
    ],
)
def test_options_that_cannot_be_served_are_explained(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BULLETIN_STAFF_PASSWORD", raising=False)
    with pytest.raises(BulletinError, match=said):
        options_of(parsed(*words))


def test_an_empty_password_file_does_not_mean_no_password(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(BulletinError, match="nothing on its first line"):
        options_of(parsed("--staff-password-file", str(tmp_path / "empty")))

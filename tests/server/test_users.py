"""People with names of their own: hashes of their passwords, their roles, and what is open to each."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from embeddings import BulletinError
from qa.cli import main
from qa.errors import UserCode
from qa.server import users as users_module
from qa.server.auth import WRONG_TRIES, ClientRequest, Credentials, NotAdmittedError, PageAccess, StaffAccess
from qa.server.users import Person, Role, UserFile

PASSWORD = "eine lange Losung"


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_module, "ROUNDS", 10)


@pytest.fixture
def people(tmp_path: Path) -> UserFile:
    return UserFile(tmp_path)


def visit(*, cookie: str = "", basic: str = "", address: str = "10.0.0.7") -> ClientRequest:
    headers = {"host": "news.example", "cookie": cookie}
    if basic:
        headers["authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
    return ClientRequest(address, headers)


def test_only_hashes_are_kept_each_with_its_own_salt(people: UserFile, tmp_path: Path) -> None:
    people.add("甲", Role.EDITOR, PASSWORD)
    people.add("乙", Role.READER, PASSWORD)
    text = (tmp_path / "users.json").read_text(encoding="utf-8")
    rows = json.loads(text)
    assert PASSWORD not in text
    assert len({row["digest"] for row in rows}) == len({row["salt"] for row in rows}) == 2
    assert oct((tmp_path / "users.json").stat().st_mode)[-3:] == "600"
    assert people.people() == [Person("乙", Role.READER), Person("甲", Role.EDITOR)]


def test_the_rounds_are_as_many_as_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert users_module.ROUNDS >= 600_000


def test_a_password_is_that_of_its_person_and_changes_at_once(people: UserFile, tmp_path: Path) -> None:
    people.add("甲", Role.EDITOR, PASSWORD)
    assert people.check("甲", PASSWORD) == people.check("甲", PASSWORD) == Person("甲", Role.EDITOR)
    assert people.check("甲", PASSWORD + "!") is None
    assert people.check("乙", PASSWORD) is None
    UserFile(tmp_path).add("甲", Role.ADMINISTRATOR, "another password")
    assert people.check("甲", PASSWORD) is None
    assert people.check("甲", "another password") == Person("甲", Role.ADMINISTRATOR)
    people.remove("甲")
    assert people.check("甲", "another password") is None


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("", PASSWORD, UserCode.BAD_NAME),
        ("a:b", PASSWORD, UserCode.BAD_NAME),
        ("a", "short", UserCode.BAD_PASSWORD),
        ("a", "x" * 1001, UserCode.BAD_PASSWORD),
    ],
)
def test_what_cannot_be_taken_is_told(people: UserFile, name: str, password: str, code: UserCode) -> None:
    with pytest.raises(BulletinError) as raised:
        people.add(name, Role.READER, password)
    assert raised.value.code is code
    with pytest.raises(BulletinError):
        people.remove("nobody")


def test_the_newsroom_is_open_to_staff_by_name_and_to_nobody_else(people: UserFile) -> None:
    access = StaffAccess(users=people)
    assert access.person(ClientRequest("127.0.0.1", {"host": "localhost"})) is not None  # nobody has a name yet
    people.add("甲", Role.EDITOR, PASSWORD)
    people.add("乙", Role.READER, PASSWORD)
    assert access.has_password
    assert access.person(ClientRequest("127.0.0.1", {"host": "localhost"})) is None
    token = access.enter(PASSWORD, visit(), name="甲")
    inside = visit(cookie=f"{access.cookie}={token}")
    assert access.person(inside) == Person("甲", Role.EDITOR)
    for name, typed in (("乙", PASSWORD), ("甲", "wrong"), ("", PASSWORD), ("", "")):
        with pytest.raises(NotAdmittedError):
            access.enter(typed, visit(), name=name)
    people.add("甲", Role.ADMINISTRATOR, PASSWORD)
    assert access.person(inside) == Person("甲", Role.ADMINISTRATOR)
    people.add("甲", Role.READER, PASSWORD)
    assert not access.admits(inside)
    people.remove("甲")
    assert not access.admits(inside)


def test_the_password_that_all_share_opens_it_without_a_name(people: UserFile) -> None:
    people.add("甲", Role.EDITOR, PASSWORD)
    access = StaffAccess("shared secret", users=people)
    token = access.enter("shared secret", visit())
    person = access.person(visit(cookie=f"{access.cookie}={token}"))
    assert person == Person("", Role.ADMINISTRATOR)
    with pytest.raises(NotAdmittedError):
        access.enter("shared secret", visit(), name="甲")


def test_who_guesses_has_to_wait(people: UserFile) -> None:
    people.add("甲", Role.EDITOR, PASSWORD)
    access = StaffAccess(users=people)
    for number in range(WRONG_TRIES):
        with pytest.raises(NotAdmittedError):
            access.enter(f"guess {number}", visit(), name="甲")
    with pytest.raises(NotAdmittedError) as raised:
        access.enter(PASSWORD, visit(), name="甲")
    assert raised.value.code.name == "WAIT"


def test_the_page_is_closed_once_there_are_readers(people: UserFile) -> None:
    access = PageAccess(None, people)
    assert not access.is_closed
    people.add("甲", Role.EDITOR, PASSWORD)
    assert not access.is_closed
    people.add("乙", Role.READER, PASSWORD)
    assert access.is_closed
    assert access.admits(visit(basic=f"乙:{PASSWORD}"))
    assert access.admits(visit(basic=f"甲:{PASSWORD}"))  # staff read, too
    assert not access.admits(visit())
    for number in range(WRONG_TRIES):
        assert not access.admits(visit(basic=f"乙:guess {number}"))
    assert access.must_wait(visit())
    assert not access.must_wait(visit(address="10.0.0.8"))


def test_credentials_that_all_share_hold_beside_names(people: UserFile) -> None:
    people.add("乙", Role.READER, PASSWORD)
    access = PageAccess(Credentials("reader", "pass"), people)
    assert access.admits(visit(basic="reader:pass"))
    assert access.admits(visit(basic=f"乙:{PASSWORD}"))
    assert not access.admits(visit(basic="reader:wrong"))
    assert PageAccess(Credentials("reader", "pass"), None).is_closed
    assert not PageAccess(None, None).is_closed


def test_a_file_that_cannot_be_read_keeps_everybody_out(people: UserFile, tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text('[{"name": 1}]', encoding="utf-8")
    with pytest.raises(BulletinError) as raised:
        people.people()
    assert raised.value.code is UserCode.UNREADABLE
    access = PageAccess(None, people)
    assert access.is_closed
    assert not access.admits(visit(basic=f"乙:{PASSWORD}"))
    staff = StaffAccess(users=people)
    assert staff.has_password
    assert not staff.admits(ClientRequest("127.0.0.1", {"host": "localhost"}))
    with pytest.raises(NotAdmittedError):
        staff.enter(PASSWORD, visit(), name="甲")


def test_the_command_lets_people_in_and_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, secret = ("--archive", str(tmp_path)), tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    assert main(["user", "add", "甲", "--role", "administrator", "--password-file", str(secret), *place]) == 0
    monkeypatch.setattr("sys.stdin", (tmp_path / "secret").open(encoding="utf-8"))
    assert main(["user", "add", "乙", *place]) == 0
    capsys.readouterr()
    assert main(["user", "list", "--json", *place]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows == [{"name": "乙", "role": "editor"}, {"name": "甲", "role": "administrator"}]
    assert main(["user", "remove", "乙", *place]) == 0
    assert main(["user", "remove", "乙", *place]) == 2
    secret.write_text("\n", encoding="utf-8")
    assert main(["user", "add", "丙", "--password-file", str(secret), *place]) == 2
    assert UserFile(tmp_path).people() == [Person("甲", Role.ADMINISTRATOR)]

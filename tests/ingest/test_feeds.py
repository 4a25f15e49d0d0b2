"""Feeds that an operator names: what is asked for, how, and what becomes of it in a watched folder and an archive."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings import Archive, Limits, SourceError, WatchOptions, correct_article, watch, withdraw
from embeddings.errors import ArgumentError, SourceCode
from embeddings.ingest.feeds import Feed, FeedOptions, follow
from embeddings.ingest.watch import Watcher
from embeddings.sources import fetching
from embeddings.sources.fetching import FetchLimits, Known, fetch
from tests.support.fakes import CountingEncoder
from tests.support.feed_server import FeedServer, Reply, serving

CANAL = ("通水", "乙村的水渠通了水，全长三千米。", "Mon, 04 Dec 2023 08:00:00 +0800")
RAIN = ("大雨", "甲地下了一夜大雨，河水涨了半米。", "Mon, 04 Dec 2023 18:00:00 +0800")
SCHOOL = ("开学", "丙校开学，来了三十个学生。", "Tue, 05 Dec 2023 09:00:00 +0800")


def rss(*items: tuple[str, str, str]) -> bytes:
    """A feed; the title of each item tells it from the others, as its guid."""
    shown = "".join(
        f"<item><title>{title}</title><guid>urn:{title}</guid><pubDate>{day}</pubDate>"
        f"<description><![CDATA[<p>{text}</p>]]></description></item>"
        for title, text, day in items
    )
    return f'<rss version="2.0"><channel><title>青禾新闻</title>{shown}</channel></rss>'.encode()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "issues").mkdir()
    return tmp_path / "issues"


@pytest.fixture
def feed(server: FeedServer, folder: Path) -> Feed:
    return Feed(server.address(), folder)


class Office:
    """A watched folder that a feed brings files into, and the archive that is made of it."""

    def __init__(self, folder: Path, archive: Path, encoder: CountingEncoder) -> None:
        self.archive = archive
        self.encoder = encoder
        self._ahead = 0.0
        self.watcher = Watcher([folder], archive=archive, encoder=encoder, clock=lambda: time.time() + self._ahead)

    def look(self) -> list[str]:
        """The articles as the archive has them after a look: the day of the issue, and title and text."""
        for _ in range(2):
            list(self.watcher.look())
            self._ahead += 10  # until what has come has settled
        with Archive.open(self.archive).snapshot() as snapshot:
            issues = [issue for entry in snapshot.issues() for issue in snapshot.read_issue(entry.issue.id)]
        return sorted(f"{issue.date} {one.title}：{one.body}" for issue in issues for one in issue.articles)


@pytest.fixture
def office(folder: Path, tmp_path: Path, counting: CountingEncoder) -> Office:
    return Office(folder, tmp_path / "archive", counting)


def line(item: tuple[str, str, str], day: str = "2023-12-04") -> str:
    return f"{day} {item[0]}：{item[1]}"


def failing(feed: Feed) -> SourceCode:
    with pytest.raises(SourceError) as raised:
        feed.ask()
    assert isinstance(raised.value.code, SourceCode)
    return raised.value.code


def test_the_articles_of_a_feed_are_issues_of_their_days(server: FeedServer, feed: Feed, office: Office) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL, RAIN, SCHOOL))
    assert feed.ask() == 3
    assert office.look() == sorted([line(CANAL), line(RAIN), line(SCHOOL, "2023-12-05")])
    assert [path.name for path in sorted(feed.folder.glob("[!.]*"))] == ["2023-12-04.xml", "2023-12-05.xml"]
    with Archive.open(office.archive).snapshot() as snapshot:
        assert {entry.issue.name for entry in snapshot.issues()} == {"青禾新闻"}


def test_a_feed_that_is_unchanged_is_not_sent_again(server: FeedServer, feed: Feed, folder: Path) -> None:
    server.replies["/feed.xml"] = Reply(
        rss(CANAL), etag='"1"', headers={"Last-Modified": "Mon, 04 Dec 2023 00:00:00 GMT"}
    )
    assert feed.ask() == 1
    assert Feed(server.address(), folder).ask() == 0  # by another watch, after this one has ended
    _, said = server.asked[1]
    assert (said["if-none-match"], said["if-modified-since"]) == ('"1"', "Mon, 04 Dec 2023 00:00:00 GMT")
    assert "cookie" not in said
    assert "python" not in said["user-agent"].lower()


def test_a_new_and_a_changed_article_are_taken_and_nothing_else_is_encoded(
    server: FeedServer, feed: Feed, office: Office
) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL, RAIN))
    feed.ask()
    office.look()
    office.encoder.encoded.clear()
    changed = ("通水", "乙村的水渠通了水，全长四千米。", CANAL[2])
    server.replies["/feed.xml"] = Reply(rss(SCHOOL, changed, RAIN))
    assert feed.ask() == 2
    assert office.look() == sorted([line(changed), line(RAIN), line(SCHOOL, "2023-12-05")])
    assert len(office.encoder.encoded) == 2
    assert feed.ask() == 0


def test_what_has_left_the_feed_stays_and_what_has_moved_moves(server: FeedServer, feed: Feed, office: Office) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL, RAIN))
    feed.ask()
    moved = (*RAIN[:2], "Wed, 06 Dec 2023 18:00:00 +0800")
    server.replies["/feed.xml"] = Reply(rss(moved))
    assert feed.ask() == 1
    assert office.look() == sorted([line(CANAL), line(RAIN, "2023-12-06")])


def test_corrections_and_withdrawals_hold_when_the_day_goes_on(server: FeedServer, feed: Feed, office: Office) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL, SCHOOL))
    feed.ask()
    office.look()
    with Archive.open(office.archive).snapshot() as snapshot:
        found = {
            one.title: one for entry in snapshot.issues() for one in snapshot.read_issue(entry.issue.id)[0].articles
        }
    correct_article(found["通水"].id, title="水渠通水", archive=office.archive, encoder=office.encoder)
    withdraw([found["开学"].issue.id], archive=office.archive)
    more = ("放学", "丙校放学，孩子们回家。", SCHOOL[2])
    server.replies["/feed.xml"] = Reply(rss(CANAL, RAIN, ("开学", "丙校开学，来了四十个学生。", SCHOOL[2]), more))
    feed.ask()
    assert office.look() == sorted([line(("水渠通水", *CANAL[1:])), line(RAIN), line(more, "2023-12-05")])


def test_what_is_deleted_from_the_folder_is_not_brought_back(server: FeedServer, feed: Feed, office: Office) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL, SCHOOL))
    feed.ask()
    office.look()
    (feed.folder / "2023-12-04.xml").unlink()
    server.replies["/feed.xml"] = Reply(rss(CANAL, SCHOOL, RAIN))
    feed.ask()
    assert office.look() == sorted([line(RAIN), line(SCHOOL, "2023-12-05")])


def test_an_article_without_a_day_gets_none(server: FeedServer, feed: Feed, office: Office) -> None:
    server.replies["/feed.xml"] = Reply(rss((*CANAL[:2], "")))
    feed.ask()
    assert office.look() == [line(CANAL, "None")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<html><title>登录</title><body>请先登录。</body></html>".encode(), SourceCode.FEED_DAMAGED),
        (b"", SourceCode.FEED_DAMAGED),
        (b"\x00\x01\x02" * 500, SourceCode.FEED_DAMAGED),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><title>&a;</title></item></channel></rss>', None),
        (b'<rss version="2.0"><channel><title>x</title></channel></rss>', SourceCode.NO_ARTICLE),
    ],
    ids=["login", "empty", "binary", "entities", "no item"],
)
def test_what_is_no_feed_is_told_and_leaves_all_as_it_was(
    server: FeedServer, feed: Feed, content: bytes, code: SourceCode | None
) -> None:
    server.replies["/feed.xml"] = Reply(content)
    assert failing(feed) is (code or SourceCode.FEED_DAMAGED)
    assert not feed.folder.exists()
    server.replies["/feed.xml"] = Reply(rss(CANAL))
    assert feed.ask() == 1


def test_a_server_that_is_down_or_refuses_is_asked_ever_later(server: FeedServer, folder: Path) -> None:
    now = [0.0]
    feed = Feed(server.address(), folder, seconds=600, clock=lambda: now[0])
    server.replies["/feed.xml"] = Reply(status=500)
    pauses = []
    for _ in range(10):
        assert failing(feed) is SourceCode.FEED_NOT_GIVEN
        pauses.append(feed.due - now[0])
        now[0] = feed.due
    assert pauses[:4] == [600, 1200, 2400, 4800]
    assert pauses[-1] == 86_400
    server.replies["/feed.xml"] = Reply(rss(CANAL))
    feed.ask()
    assert feed.due - now[0] == 600


def test_a_server_that_asks_to_be_left_is_left(server: FeedServer, folder: Path) -> None:
    feed = Feed(server.address(), folder, clock=lambda: 0.0)
    server.replies["/feed.xml"] = Reply(status=429, headers={"Retry-After": "7200"})
    assert failing(feed) is SourceCode.FEED_NOT_GIVEN
    assert feed.due == 7200
    server.replies["/feed.xml"] = Reply(status=410)
    assert failing(feed) is SourceCode.FEED_GONE
    assert feed.due == float("inf")


def test_nothing_that_listens_is_an_error_with_its_reason(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert failing(Feed(address, folder)) is SourceCode.FEED_UNREACHABLE


@pytest.mark.parametrize("told", [True, False])
def test_a_feed_beyond_the_limit_is_refused_before_it_is_all_here(server: FeedServer, folder: Path, told: bool) -> None:
    packed = gzip.compress(b"<rss>" + b" " * 5_000_000)  # says little of its size
    server.replies["/feed.xml"] = Reply(
        b"x" * 2_000_000 if told else packed, headers={} if told else {"Content-Encoding": "gzip"}
    )
    assert failing(Feed(server.address(), folder, limits=Limits(max_bytes=1_000_000))) is SourceCode.TOO_LARGE


def test_more_items_than_a_file_may_have_members_are_left(server: FeedServer, folder: Path) -> None:
    server.replies["/feed.xml"] = Reply(rss(*((f"第{n}条", f"第{n}条的正文在这里。", CANAL[2]) for n in range(9))))
    assert Feed(server.address(), folder, limits=Limits(max_members=5)).ask() == 5


def test_a_packed_answer_is_unpacked_and_one_that_breaks_off_is_none(server: FeedServer, feed: Feed) -> None:
    packed = gzip.compress(rss(CANAL))
    for reply in (
        Reply(rss(CANAL), length=len(rss(CANAL)) + 10),
        Reply(packed[:-20], headers={"Content-Encoding": "gzip"}),
    ):
        server.replies["/feed.xml"] = reply
        assert failing(feed) is SourceCode.FEED_UNREACHABLE
    server.replies["/feed.xml"] = Reply(packed, headers={"Content-Encoding": "gzip"})
    assert feed.ask() == 1


def test_a_server_that_says_ever_less_is_left_when_its_time_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def trickle() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                try:
                    while not stop.wait(0.02):
                        connection.sendall(b"x")
                except OSError:
                    pass

        thread = threading.Thread(target=trickle)
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(SourceError, match="no whole answer in"):
            fetch(address, Known(), FetchLimits(1000, seconds=0.5))
        stop.set()
        thread.join()


def test_a_redirect_is_followed_and_the_named_address_asked_again(server: FeedServer, feed: Feed) -> None:
    server.replies["/feed.xml"] = Reply(status=301, headers={"Location": "/new.xml"})
    server.replies["/new.xml"] = Reply(rss(CANAL))
    assert feed.ask() == 1
    feed.ask()
    assert [path for path, _ in server.asked] == ["/feed.xml", "/new.xml"] * 2


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/feed.xml", SourceCode.FEED_REDIRECTS),
        ("", SourceCode.FEED_REDIRECT_REFUSED),
        ("file:///etc/passwd", SourceCode.FEED_REDIRECT_REFUSED),
        ("http://user:word@127.0.0.1/", SourceCode.FEED_REDIRECT_REFUSED),
        ("http://localhost:1/", SourceCode.FEED_HOST_REFUSED),
        ("http://[::1]:1/", SourceCode.FEED_HOST_REFUSED),
        ("http://10.0.0.1/", SourceCode.FEED_HOST_REFUSED),
        ("http://169.254.169.254/latest/", SourceCode.FEED_HOST_REFUSED),
    ],
)
def test_a_redirect_leads_to_no_other_place_of_the_network(
    server: FeedServer, feed: Feed, target: str, code: SourceCode
) -> None:
    server.replies["/feed.xml"] = Reply(status=302, headers={"Location": target} if target else {})
    assert failing(feed) is code
    assert len(server.asked) == (6 if code is SourceCode.FEED_REDIRECTS else 1)


def test_a_name_that_was_public_does_not_lead_into_the_network(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.server_address[1]
    found: list[Any] = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_arguments, **_named: found)
    server.replies["/"] = Reply(b"inside")
    address = f"http://feeds.example.org:{port}/"
    limits = FetchLimits(max_bytes=1000)
    assert fetch(address, Known(), limits).content == b"inside"  # a server of the house, named by its name
    with pytest.raises(SourceError) as raised:
        fetch(address, Known(is_public=True), limits)
    assert raised.value.code is SourceCode.FEED_HOST_REFUSED
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "address", ["", "feed.xml", "ftp://example.org/", "file:///etc/passwd", "http://", "http://a:b@c/", "http://a:x/"]
)
def test_what_is_no_address_of_a_feed_is_refused_at_once(address: str, folder: Path) -> None:
    with pytest.raises(SourceError) as raised:
        FeedOptions((address,))
    assert raised.value.code is SourceCode.FEED_ADDRESS


def test_no_feed_is_asked_for_all_the_time() -> None:
    with pytest.raises(ArgumentError):
        FeedOptions(("http://example.org/",), minutes=0.1)


def test_a_folder_that_is_away_is_not_made_anew(server: FeedServer, feed: Feed, folder: Path) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL))
    folder.rmdir()
    assert failing(feed) is SourceCode.FEED_NOT_KEPT
    assert not folder.exists()


def test_a_state_that_is_damaged_is_begun_anew(server: FeedServer, feed: Feed, office: Office) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL, RAIN))
    feed.ask()
    before = (feed.folder / "2023-12-04.xml").read_bytes()
    for damage in ("", "{}", '{"known": {"etag": 1, "x": 2}, "items": {}}', '{"known": {}, "items": {"a": 3}}'):
        (feed.folder / ".feed.json").write_text(damage, encoding="utf-8")
        feed.ask()
        assert (feed.folder / "2023-12-04.xml").read_bytes() == before
    assert office.look() == sorted([line(CANAL), line(RAIN)])


def test_a_watch_follows_the_feeds_that_it_is_told_of_and_goes_on_where_one_fails(
    server: FeedServer, folder: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    server.replies["/feed.xml"] = Reply(rss(CANAL))
    errors: list[Exception] = []
    done, stop = threading.Event(), threading.Event()
    feeds = FeedOptions((server.address("/none.xml"), server.address()))
    thread = threading.Thread(
        target=watch,
        args=([folder],),
        kwargs={
            "archive": tmp_path / "archive",
            "options": WatchOptions(settle_seconds=0.1, feeds=feeds),
            "encoder": counting,
            "on_report": lambda report: done.set() if report.added else None,
            "on_error": errors.append,
            "stop": stop,
        },
    )
    thread.start()
    assert done.wait(60)
    stop.set()
    thread.join(30)
    assert [error.code for error in errors if isinstance(error, SourceError)] == [SourceCode.FEED_NOT_GIVEN]


def test_a_watch_without_feeds_asks_nobody(folder: Path) -> None:
    assert follow(folder, FeedOptions(), on_error=lambda _error: None, stop=threading.Event()) is None

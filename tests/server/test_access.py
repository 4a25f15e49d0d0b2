from __future__ import annotations

import socket

import pytest

from embeddings import BulletinError, SourceError
from qa.server.access import AccessLimits, KnownHosts, proxies_from_environment


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST:7860", "localhost.", "page.localhost:80", "127.0.0.1:7860", "[::1]:7860", "[::1]",
        "192.168.0.9:7860", "news.example", "News.Example:443", f"{socket.gethostname()}:7860",
    ],
)  # fmt: skip
def test_addresses_this_machine_and_what_is_named_are_known(host: str) -> None:
    assert KnownHosts(["news.example"]).knows(host)


@pytest.mark.parametrize(
    "host",
    [
        "", " ", ":7860", "evil.example", "evil.example:7860", "news.example.evil.example", "xlocalhost",
        "127.0.0.1.evil.example", "evil.example#127.0.0.1", "127.0.0.1@evil.example", "[::1", "1.2.3",
        "evil.example@127.0.0.1", "127.0.0.1/../evil.example", "127.0.0.1:x", "127.0.0.1:123456", "127.0.0.1,localhost",
        "127.0.0.1 localhost", "[127.0.0.1", "::1:7860", "local\xe9host",
    ],
)  # fmt: skip
def test_a_name_that_anyone_may_let_point_here_is_not_known(host: str) -> None:
    assert not KnownHosts(["news.example"]).knows(host)


def test_a_name_in_another_script_is_known_as_browsers_send_it() -> None:
    assert KnownHosts(["公报.example"]).knows("xn--55qt33b.example:443")


def test_names_and_proxies_are_listed_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_HOSTS", " news.example, , www.news.example ")
    hosts = KnownHosts.from_environment("inside.example")
    assert all(map(hosts.knows, ("news.example", "www.news.example", "inside.example")))
    monkeypatch.setenv("BULLETIN_PROXIES", "127.0.0.1, 10.1.2.3/8")
    assert proxies_from_environment() == ("127.0.0.1/32", "10.0.0.0/8")
    monkeypatch.setenv("BULLETIN_PROXIES", "nginx")
    with pytest.raises(BulletinError, match=r"BULLETIN_PROXIES has 'nginx'"):
        proxies_from_environment()


def test_no_proxy_is_believed_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BULLETIN_PROXIES", raising=False)
    assert proxies_from_environment() == ()


def test_limits_are_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert AccessLimits.from_environment() == AccessLimits()
    monkeypatch.setenv("BULLETIN_MAX_SENDER_WAITING", "3")
    assert AccessLimits.from_environment().max_sender_waiting == 3
    monkeypatch.setenv("BULLETIN_MAX_CONNECTIONS", "none")
    with pytest.raises(SourceError, match="BULLETIN_MAX_CONNECTIONS"):
        AccessLimits.from_environment()

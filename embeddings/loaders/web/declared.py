"""What a web page declares of its article: structured metadata, the properties of e-papers, variables of scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from embeddings.loaders.web.blocks import Element, text_of
from embeddings.loaders.web.titles import SITE_END, SITE_IN_TITLE
from embeddings.sources.epapers import properties as properties_of_paper
from embeddings.text.dates import find_date

_META_TITLES = ("articletitle", "og:title", "twitter:title", "dc.title", "dcterms.title", "title", "headline")
_META_DATES = (
    *("article:published_time", "datepublished", "pubdate", "publishdate", "publish_date", "publish_time"),
    *("publishtime", "og:release_date", "release_date", "dc.date", "dc.date.issued", "dcterms.date"),
    *("dcterms.issued", "sailthru.date", "weibo:article:create_at", "firstpublishedtime", "date"),
)
_META_AUTHORS = ("author", "article:author", "dc.creator", "og:article:author", "weibo:article:author")
_META_SOURCES = ("contentsource", "source", "article:source", "dc.source")
_ADDRESSES = ("og:url", "twitter:url")
_LONGEST = 300  # characters of a value
_MOST_JSON = 500_000  # characters of one script
_MOST_NODES = 2_000
_ARTICLE_TYPES = re.compile(r"(?:News|Reportage|Analysis|Opinion|Scholarly)?(?:Article|BlogPosting)|Report")
_VARIABLE = r"(?:var|let|const|window\.)\s*"
_SCRIPT_TITLE = re.compile(
    rf"{_VARIABLE}msg_title\s*=\s*(?:htmlDecode\()?(?P<mark>[\"'])(?P<value>.{{1,300}}?)(?P=mark)"
)
_SCRIPT_ACCOUNT = re.compile(
    rf"(?:{_VARIABLE}nickname\s*=|(?<![\w$])nick_?name\s*:)\s*(?:htmlDecode\()?(?P<mark>[\"'])(?P<value>.{{1,100}}?)(?P=mark)"
)
_SCRIPT_SECONDS = re.compile(
    r"(?<![\w$])[\"']?(?:ct|ori_?create_?time|(?:article_?)?publish_?time|pub_?time|create_?time)[\"']?\s*[:=]\s*"
    r"[\"']?(?P<seconds>1\d{9})(?:\d{3})?(?!\d)",
    re.IGNORECASE,
)
_SCRIPT_DATE = re.compile(
    r"(?<![\w$])[\"']?(?:date_?published|publish_?(?:time|date|ed_?at)|pub_?(?:time|date)|ptime|create_?time)[\"']?\s*[:=]\s*"
    r"[\"'](?P<value>(?:19|20)\d\d[^\"'<>]{4,30})[\"']",
    re.IGNORECASE,
)
# Browsers write it in front of a page that they save.
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(?P<address>\S{1,300})\s*-->")
_HEAD = 3_000  # characters
_DAY_IN_PATH = re.compile(r"(?<!\d)(20\d\d)[/_-]?(\d\d)[/_-]?(\d\d)(?!\d)")
_CHINA = timezone(timedelta(hours=8))  # accounts publish by the clock of Beijing, wherever the page was saved
_NO_NAMES = re.compile(r"(?i)admin\w*|editor|root|user|匿名|佚名|管理员|系统管理员|本站|null|undefined|none")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page says of itself outside of its text; "" and None where it does not.

    `title` is the likeliest, `titles` are all that were given, the most trustworthy first. `day` was given as the day
    of publication, `near_day` stands in a script or an address. `is_article` says that the page calls itself one.
    """

    title: str = ""
    titles: tuple[str, ...] = ()
    site: str = ""
    author: str = ""
    account: str = ""
    kicker: str = ""
    deck: str = ""
    section: str = ""
    page: int | None = None
    day: date | None = None
    near_day: date | None = None
    is_article: bool = False


def read_declared(tree: Element, text: str) -> Declared:
    """Read from a whole page: its tree, scripts and all, and its source text, for the comments."""
    meta = _meta(tree)
    scripts = [script.text or "" for script in tree.iter("script")]
    linked = _linked_article(tree, scripts)
    properties = properties_of_paper(text)
    founder = next((" ".join(text_of(found).split()) for found in tree.iter("founder-title")), "")
    page_title = " ".join(next((text_of(title)[:_LONGEST] for title in tree.iter("title")), "").split())
    variables = "\n".join(script[:_MOST_JSON] for script in scripts)
    said = [founder, properties.get("title", ""), str(linked.get("headline") or ""), _found(_SCRIPT_TITLE, variables)]
    titles = [*said, *(meta.get(key, "") for key in _META_TITLES), page_title]
    titles = list(dict.fromkeys(" ".join(title.split())[:_LONGEST] for title in titles if title.strip()))
    parts = SITE_IN_TITLE.split(page_title, maxsplit=1)
    tail = parts[1].strip() if len(parts) > 1 else ""
    site = properties.get("founder-papername") or meta.get("og:site_name") or meta.get("sitename") or ""
    publisher = linked.get("publisher")
    site = site or str((publisher.get("name") if isinstance(publisher, dict) else "") or "")
    shown = next((" ".join(text_of(found).split()) for found in tree.xpath("//*[@id='js_name']")), "")
    account = _found(_SCRIPT_ACCOUNT, variables) or shown[:_LONGEST]
    return Declared(
        title=meta.get("articletitle") or meta.get("og:title") or (parts[0].strip() if tail else page_title),
        titles=tuple(titles),
        site=account or site or (tail if SITE_END.search(tail) else ""),
        author=_author(meta, linked, properties),
        account=account,
        kicker=properties.get("introtitle", ""),
        deck=properties.get("subtitle", ""),
        section=properties.get("nodename", ""),
        page=_number(properties.get("founder-pagenum", "")),
        day=_day(tree, meta, linked, properties, variables),
        near_day=_near_day(tree, meta, variables, text),
        is_article=bool(linked or founder or said[1] or said[3] or meta.get("og:type", "").lower() == "article"),
    )


def _meta(tree: Element) -> dict[str, str]:
    meta: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        value = " ".join((element.get("content") or "").split())
        if value:
            meta.setdefault(key.lower(), value)
    return meta


def _linked_article(tree: Element, scripts: list[str]) -> dict[str, Any]:
    """The article in the JSON-LD of a page: the one that has a headline, else the first; {} for none."""
    found = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text and len(script.text) <= _MOST_JSON:
            try:
                value = json.loads(script.text, strict=False)
            except (ValueError, RecursionError):
                continue
            found += [node for node in _nodes(value) if _is_article(node)]
    return next((node for node in found if node.get("headline")), found[0] if found else {})


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD document, from the outermost."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_NODES:
        node, seen = waiting.pop(0), seen + 1
        if isinstance(node, dict):
            yield node
            waiting += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]
        elif isinstance(node, list):
            waiting += node


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    return any(isinstance(kind, str) and _ARTICLE_TYPES.fullmatch(kind) for kind in _as_list(types))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _author(meta: dict[str, str], linked: dict[str, Any], properties: dict[str, str]) -> str:
    names = []
    for author in _as_list(linked.get("author")):
        name = author.get("name") if isinstance(author, dict) else author
        names += [name] if isinstance(name, str) else []
    said = [" ".join(names), properties.get("author", ""), *(meta.get(key, "") for key in _META_AUTHORS)]
    said = [" ".join(name.split()) for name in said]
    return next((name[:100] for name in said if name and not _NO_NAMES.fullmatch(name) and "://" not in name), "")


def _day(
    tree: Element, meta: dict[str, str], linked: dict[str, Any], properties: dict[str, str], variables: str
) -> date | None:
    said = [str(linked.get("datePublished") or ""), properties.get("founder-date", ""), properties.get("date", "")]
    said += [meta.get(key, "") for key in _META_DATES]
    for time in tree.iter("time"):
        is_published = "pubdate" in time.attrib or (time.get("itemprop") or "").lower() == "datepublished"
        said += [time.get("datetime") or text_of(time)] if is_published else []
    said += [
        element.get("datetime") or element.get("content") or text_of(element)
        for element in tree.xpath("//*[@itemprop='datePublished']")
    ]
    day = next((found for value in said if (found := find_date(value[:_LONGEST]))), None)
    return day or (_script_day(variables) if _SCRIPT_TITLE.search(variables) else None)


def _near_day(tree: Element, meta: dict[str, str], variables: str, text: str) -> date | None:
    said = [time.get("datetime") or text_of(time) for time in tree.iter("time")]
    day = next((found for value in said if (found := find_date(value[:_LONGEST]))), None) or _script_day(variables)
    addresses = [meta.get(key, "") for key in _ADDRESSES]
    addresses += [link.get("href") or "" for link in tree.iter("link") if link.get("rel") == "canonical"]
    saved = _SAVED_FROM.search(text[:_HEAD])
    addresses += [saved["address"]] if saved else []
    return day or next((found for value in addresses if (found := day_of_address(value[:_LONGEST]))), None)


def day_of_address(address: str) -> date | None:
    """The day in the address of a page: …/202308/t20230801_12.html, …/2023/0801/c12.html; None where it has none."""
    path = re.split(r"[?#]", address)[0]
    return find_date(path) or next(
        (day for found in _DAY_IN_PATH.finditer(path) if (day := find_date("-".join(found.groups())))), None
    )


def _script_day(variables: str) -> date | None:
    """The day of publication in a variable of a script: in words, or in seconds since 1970."""
    if seconds := _SCRIPT_SECONDS.search(variables):
        return datetime.fromtimestamp(int(seconds["seconds"]), tz=_CHINA).date()
    return find_date(_found(_SCRIPT_DATE, variables))


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return " ".join(match["value"].split()) if match else ""


def _number(text: str) -> int | None:
    digits = text.lstrip("0A")
    return int(digits) if digits.isdecimal() and len(digits) <= 3 else None

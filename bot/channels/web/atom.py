"""The weekly updates as an Atom feed (RFC 4287), whose entries keep their ids (RFC 4151) for good."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as xml

from markupsafe import Markup

from handlers.boards.page import Page

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was changed last."""

xml.register_namespace("", ATOM)
# What XML 1.0 cannot say, however it is escaped (https://www.w3.org/TR/xml/#charsets).
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(
    pages: Sequence[Page],
    *,
    town: str,
    title: str,
    language: str,
    base: str,
    query: str,
    content: Callable[[Page], Markup],
) -> bytes:
    """The feed of a town whose site is at `base`. `query` ("?lang=es", or "") chooses its language; `content` is the
    HTML of an entry, whose addresses are whole.
    """
    root = xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    _add(root, "id", f"{base}/news{query}")
    _add(root, "title", title)
    _add(root, "updated", _stamp(last_change(pages)))
    _link(root, "self", f"{base}/news/feed.atom{query}", MEDIA_TYPE)
    _link(root, "alternate", f"{base}/news{query}", "text/html")
    _add(root, "icon", f"{base}/static/bell.svg")
    _author(root, town, base)
    for page in pages:
        entry = xml.SubElement(root, f"{{{ATOM}}}entry")
        _add(entry, "id", tag(page, base))
        _add(entry, "title", page.title)
        _add(entry, "published", _stamp(page.sent_at))
        _add(entry, "updated", _stamp(page.updated_at))
        _link(entry, "alternate", f"{base}/news/{page.id}{query}", "text/html")
        _author(entry, town, base)
        _add(entry, "content", str(content(page)), type="html")
    written: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def last_change(pages: Sequence[Page]) -> datetime:
    """When anything of these updates was changed last."""
    return max((page.updated_at for page in pages), default=NEVER)


def tag(page: Page, base: str) -> str:
    """The id of an update, the same in every language, and whenever it is asked for."""
    return f"tag:{urlsplit(base).hostname or 'localhost'},{page.sent_at:%Y-%m-%d}:news/{page.id}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: xml.Element, name: str, text: str, **attributes: str) -> None:
    xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes).text = _UNSAYABLE.sub("", text)


def _link(parent: xml.Element, rel: str, address: str, media_type: str) -> None:
    xml.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "type": media_type, "href": address})


def _author(parent: xml.Element, town: str, base: str) -> None:
    author = xml.SubElement(parent, f"{{{ATOM}}}author")
    _add(author, "name", town)
    _add(author, "uri", f"{base}/news")

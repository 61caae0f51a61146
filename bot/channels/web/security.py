"""What keeps strangers out: whose page a request comes from, which host it was sent to, strict headers, form tokens."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp import web

from bot.settings import Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CSRF = "townbell_csrf"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LOOPBACK = frozenset(("localhost", "127.0.0.1", "[::1]"))
MOST_BODY = 64 * 1024  # bytes

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it, browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Strict headers on every answer; nothing but static files is kept by caches without asking."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    is_static = request.path.startswith("/static/")
    response.headers.setdefault("Cache-Control", "no-cache" if is_static else "no-store")
    response.headers.pop("Server", None)


class Guard:
    """Who may ask for what, before anything is read."""

    def __init__(self, settings: Settings, *, loopback_only: bool) -> None:
        self._public = urlsplit(settings.web_public_url or "").netloc.lower()
        self._loopback_only = loopback_only
        self.is_secure = settings.is_secure

    def check_host(self, request: web.Request) -> None:
        """In the sample town, only this computer's own names: a rebound name of somebody's page is refused.

        Raises HTTPForbidden.
        """
        if self._loopback_only and re.sub(r":\d*$", "", request.host.lower()) not in LOOPBACK:
            raise web.HTTPForbidden

    def check_origin(self, request: web.Request) -> None:
        """Refuse what another site's page sends. Raises HTTPForbidden.

        Browsers name the origin with every POST and socket; where none is named, no browser asks.
        """
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise web.HTTPForbidden
        origin = request.headers.get("Origin")
        if origin is None:
            return
        parts = urlsplit(origin)
        ours = {request.host.lower(), self._public}
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.netloc.lower() not in ours:
            raise web.HTTPForbidden

    def check_post(self, request: web.Request, kind: str = "application/json") -> None:
        """A post of the API: from our own pages, of this kind, with the header that other sites cannot set.

        Raises HTTPForbidden, HTTPBadRequest.
        """
        self.check_origin(request)
        if request.headers.get("X-Townbell") != "1":
            raise web.HTTPForbidden
        if request.content_type != kind:
            raise web.HTTPBadRequest

    def caller(self, request: web.Request) -> str:
        """The network address of whoever asks; a proxy on this computer is believed when there is a public address."""
        address = request.remote or ""
        if self._public and _is_loopback(address):
            address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
        try:
            parsed = ip_address(address)
        except ValueError:
            return address[:64]
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
            return parsed.exploded[:19]  # a home has a /64 to itself
        return str(parsed)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


async def body_of(request: web.Request, most: int = MOST_BODY) -> bytes:
    """The body of a request. Raises HTTPRequestEntityTooLarge above `most` bytes, 64 KiB unless said otherwise."""
    content = bytearray()
    if (request.content_length or 0) <= most:
        async for chunk in request.content.iter_chunked(MOST_BODY):
            content += chunk
            if len(content) > most:
                break
        else:
            return bytes(content)
    raise web.HTTPRequestEntityTooLarge(most, len(content))


def csrf_token(request: web.Request) -> str:
    """The token of this browser, or a new one: the page's form and the cookie carry the same."""
    token = request.cookies.get(CSRF, "")
    return token if TOKEN.fullmatch(token) else secrets.token_urlsafe(32)


def is_csrf_right(request: web.Request, sent: str) -> bool:
    """Whether a form carries the token of its own browser's cookie."""
    kept = request.cookies.get(CSRF, "")
    return TOKEN.fullmatch(kept) is not None and hmac.compare_digest(kept.encode(), sent.encode("utf-8", "replace"))

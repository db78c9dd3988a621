"""Who is asking: an anonymous visitor known by a random cookie, of whom the database sees only a digest."""

from __future__ import annotations

import hashlib
import re
import secrets
from urllib.parse import urlsplit

from aiohttp import web

from knowledge.language import Language, parse_language

YEAR_SECONDS = 365 * 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


class Visitors:
    """Reads and gives cookies. Over https the cookie's name makes browsers insist on its host and on Secure."""

    def __init__(self, public_url: str | None) -> None:
        self._public = urlsplit(public_url) if public_url else None
        self._secure = self._public is not None and self._public.scheme == "https"
        self.cookie = "__Host-visitor" if self._secure else "visitor"

    def of(self, request: web.BaseRequest) -> str | None:
        """The visitor's id, which is the digest of the cookie; None without a cookie of ours."""
        token = request.cookies.get(self.cookie, "")
        return hashlib.sha256(token.encode()).hexdigest()[:32] if _TOKEN.fullmatch(token) else None

    def give(self, response: web.StreamResponse, request: web.BaseRequest) -> None:
        """Hands out a cookie, or renews the one that is there for another year."""
        token = request.cookies.get(self.cookie, "")
        if not _TOKEN.fullmatch(token):
            token = secrets.token_hex(16)
        response.set_cookie(
            self.cookie, token, max_age=YEAR_SECONDS, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def is_own_page(self, request: web.BaseRequest) -> bool:
        """Whether the request was made by our page, going by the Origin that browsers vouch for."""
        origin = urlsplit(request.headers.get("Origin", ""))
        if not origin.netloc or origin.scheme not in {"http", "https"}:
            return False
        if origin.netloc == request.host:
            return True
        return self._public is not None and (origin.scheme, origin.netloc) == (self._public.scheme, self._public.netloc)


def preferred_language(accepted: str) -> Language | None:
    """The first of our languages in an Accept-Language header, best first."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        code, _, parameters = part.partition(";")
        ranked.append((-_quality(parameters), place, code.strip()))
    return next((language for _, _, code in sorted(ranked) if (language := parse_language(code))), None)


def _quality(parameters: str) -> float:
    match = re.fullmatch(r"\s*q=([01](?:\.\d{1,3})?)\s*", parameters)
    return float(match[1]) if match else 1.0

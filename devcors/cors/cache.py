"""The preflight cache (Fetch, section 4.9): which permissions a browser remembers, and for how long.

Known: the preflights that passed, and the clock's reading that the caller gives (seconds, any start). Wanted: whether
a request needs a preflight of its own. Entries are kept per origin and URL, the query string included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from devcors.heads import Fields, combined

from .checks import allows_method, lacking_headers
from .profiles import MaxAge, Profile
from .requests import CorsRequest
from .tokens import token_list

_WHOLE = re.compile(r"[0-9]+")
_INT64 = 2**63 - 1


def max_age(fields: Fields, rule: MaxAge) -> int:
    """Seconds that a preflight response may be reused, within the browser's cap; 0 is not at all.

    >>> max_age(((b"Access-Control-Max-Age", b"99999"),), MaxAge(cap=7200, garbage=5, plus_sign=True))
    7200
    """
    sent = combined(fields, b"access-control-max-age")
    if not sent:
        return rule.default
    text = sent.decode("latin-1").strip(" \t")
    if text.startswith("-") and _WHOLE.fullmatch(text[1:]):
        return 0
    digits = text[1:] if rule.plus_sign and text.startswith("+") else text
    if not _WHOLE.fullmatch(digits):
        return rule.garbage
    seconds = int(digits)
    # Chromium takes what does not fit into 64 bits for garbage
    return rule.garbage if rule.plus_sign and seconds > _INT64 else min(seconds, rule.cap)


@dataclass(frozen=True, slots=True)
class _Entry:
    expires: float
    credentials: bool
    methods: tuple[bytes, ...]
    headers: tuple[bytes, ...]


@dataclass(slots=True)
class PreflightCache:
    """What one browser remembers. Not shared between browsers."""

    profile: Profile
    _entries: dict[tuple[str, str, bool], _Entry] = field(default_factory=dict)

    def _key(self, request: CorsRequest) -> tuple[str, str, bool]:
        exact = self.profile.cached_for_credentials_exactly
        return request.origin, request.url, request.credentials if exact else False

    def covers(self, request: CorsRequest, now: float) -> bool:
        """Whether the request may go out without a preflight of its own."""
        entry = self._entries.get(self._key(request))
        if entry is None or entry.expires <= now or (request.credentials and not entry.credentials):
            return False
        if not allows_method(request.method, list(entry.methods), credentials=entry.credentials):
            return False
        return not lacking_headers(request.headers, list(entry.headers), credentials=entry.credentials)

    def store(self, request: CorsRequest, fields: Fields, now: float) -> None:
        """Remembers a preflight response that passed."""
        seconds = max_age(fields, self.profile.max_age)
        if not seconds:
            self._entries.pop(self._key(request), None)
            return
        methods, _ = token_list(fields, b"access-control-allow-methods")
        headers, _ = token_list(fields, b"access-control-allow-headers")
        if not self.profile.wildcard_cached:
            methods = _spelled_out(methods, (request.method,), request.credentials)
            headers = _spelled_out(headers, request.headers, request.credentials)
        entry = _Entry(now + seconds, request.credentials, tuple(methods), tuple(headers))
        self._entries[self._key(request)] = entry

    def response_failed(self, request: CorsRequest) -> None:
        """The response behind a preflight failed the CORS check."""
        if self.profile.failure_clears_cache:
            for credentials in (False, True):
                self._entries.pop((request.origin, request.url, credentials), None)


def _spelled_out(listed: list[bytes], asked: tuple[str, ...], credentials: bool) -> list[bytes]:
    """`*` as the names that it let through."""
    if b"*" not in listed or credentials:
        return listed
    return [name for name in listed if name != b"*"] + [name.encode("latin-1") for name in asked]

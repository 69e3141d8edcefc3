"""The servers that the browsers were asked with: what answers a message, told from a case alone.

Known: a case (the format of tests/oracle/cases.jsonl). Wanted: the response to each message that the rules say a
browser sends, as the lab's server would have given it, its own additions included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from devcors.cors.local_network import AddressSpace, address_space
from devcors.cors.walking import NetworkFailure, Sent
from devcors.heads import Fields, ResponseHead
from devcors.urls import is_loopback_host

Case = dict[str, Any]
Step = dict[str, Any]

_PLAIN_PORTS = frozenset({18081, 18082, 18083, 18090, 18091})
_TLS_PORTS = frozenset({18443, 18444, 18445, 18490, 18491})
_SPACES: dict[int, AddressSpace] = {18090: "public", 18490: "public", 18091: "local", 18491: "local"}
_PATH = re.compile(r"/(c|page)/([^/]+)/([0-9]+)(?:/([0-9]+))?")
_NO_BODY = frozenset({204, 304})
_DEFAULT_BODY = "body-ok"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a case a URL leads: the number of a step and of one of its hops; `page` is the page of that step."""

    step: int
    hop: int
    page: bool


def place_of(case: Case, url: str) -> Place | None:
    """The place a URL of the lab's servers leads to; None for another server or another path."""
    parts = urlsplit(url)
    if parts.port not in _PLAIN_PORTS | _TLS_PORTS:
        return None
    found = _PATH.match(parts.path)
    if found is None or found[2] != case["id"] or int(found[3]) >= len(case["steps"]):
        return None
    return Place(int(found[3]), int(found[4] or 0), found[1] == "page")


def hop_url(case: Case, step: int, hop: int, origin: str, userinfo: str = "") -> str:
    """The URL of a hop at an origin."""
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{userinfo}{rest}/c/{case['id']}/{step}/{hop}"


@dataclass(slots=True)
class Lab:
    """The servers, for one browser's run of one case: a Network (devcors.cors.walking)."""

    case: Case
    _preflights: dict[tuple[int, int], int] = field(default_factory=dict)

    def send(self, sent: Sent) -> ResponseHead | NetworkFailure:
        """What comes back for one message."""
        if failure := _connection_failure(sent.url):
            return NetworkFailure(failure)
        place = place_of(self.case, sent.url)
        if place is None or place.page:
            return ResponseHead(404, b"", _encoded([("Content-Type", "text/plain"), ("Content-Length", "4")]))
        spec = self._spec(place, preflight=sent.preflight)
        if spec == "hangup":
            return NetworkFailure("ERR_EMPTY_RESPONSE")
        head = self._head(spec, place, preflight=sent.preflight)
        if any(b"\0" in name + value for name, value in head.fields):
            return NetworkFailure("ERR_INVALID_HTTP_RESPONSE")
        return head

    def address_space(self, url: str) -> AddressSpace:
        """As the runs declared it: by port, else by the address, which is this machine's for every name of the lab."""
        parts = urlsplit(url)
        if parts.port in _SPACES:
            return _SPACES[parts.port]
        host = parts.hostname or ""
        return "loopback" if _resolves(host) else address_space(host)

    def multiplexed(self, url: str) -> bool:
        """The lab's servers speak HTTP/1.1."""
        return False

    def hops(self, step: int) -> list[dict[str, Any]]:
        """The hops that a step programs; one that answers by default where it names none."""
        return self.case["steps"][step].get("hops") or [{}]

    def body(self, place: Place) -> str:
        """The response body at a place."""
        return str(self.hops(place.step)[place.hop].get("response", {}).get("body", _DEFAULT_BODY))

    def _spec(self, place: Place, *, preflight: bool) -> Any:
        hop = self.hops(place.step)[place.hop]
        if not preflight:
            return hop.get("response", {})
        spec = hop.get("preflight", {"status": 404, "headers": [("X-No-Preflight-Programmed", "1")]})
        if not isinstance(spec, list):
            return spec
        # one answer for each preflight, by count
        number = self._preflights.get((place.step, place.hop), 0)
        self._preflights[place.step, place.hop] = number + 1
        return spec[min(number, len(spec) - 1)]

    def _head(self, spec: Step, place: Place, *, preflight: bool) -> ResponseHead:
        status = spec.get("status", 204 if preflight else 200)
        fields = [(name, text) for name, text in spec.get("headers", [])]
        if location := self._location(spec, place):
            fields.append(("Location", location))
        fields += [("Set-Cookie", text) for text in spec.get("set_cookie", [])]
        given = {name.lower() for name, _ in fields}
        if not preflight and "content-type" not in given:
            fields.append(("Content-Type", "text/html; charset=utf-8" if spec.get("html") else "text/plain"))
        if "cache-control" not in given:
            fields.append(("Cache-Control", "no-store"))
        if status not in _NO_BODY and "content-length" not in given:
            length = 0 if preflight else len(_bytes(spec.get("body", _DEFAULT_BODY)))
            fields.append(("Content-Length", str(length)))
        return ResponseHead(status, b"", _encoded(fields))

    def _location(self, spec: Step, place: Place) -> str | None:
        location = spec.get("location")
        if location != "@next":
            return location
        following = self.hops(place.step)[place.hop + 1]
        return hop_url(self.case, place.step, place.hop + 1, following["origin"], following.get("userinfo", ""))


def _connection_failure(url: str) -> str | None:
    """Why no server of the lab answers at this URL, in Chromium's words."""
    parts = urlsplit(url)
    if not _resolves(parts.hostname or ""):
        return "ERR_NAME_NOT_RESOLVED"
    if parts.port not in _PLAIN_PORTS | _TLS_PORTS:
        return "ERR_CONNECTION_REFUSED"
    # a TLS hello at a plain port is hung up on
    return "ERR_CONNECTION_CLOSED" if parts.scheme == "https" and parts.port in _PLAIN_PORTS else None


def _resolves(host: str) -> bool:
    """`*.test` and `*.localhost` were mapped to this machine, other names to nothing."""
    return is_loopback_host(host) or host.endswith(".test")


def _encoded(fields: list[tuple[str, str]]) -> Fields:
    # blanks around a value are no part of it (RFC 9112, section 5.1)
    return tuple((_bytes(name), _bytes(text).strip(b" \t")) for name, text in fields)


def _bytes(text: str) -> bytes:
    """The lab's own way: one byte a character where that is possible."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()

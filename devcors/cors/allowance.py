"""The CORS policy of `[cors]`: whom it allows, and what is put on a response so that a browser agrees.

Known: an origin as sent. Wanted: headers that every browser takes: exactly one Access-Control-Allow-Origin, never `*`
beside credentials, `Vary: Origin` on everything that could have differed by origin, allowed or not (Fetch, section
3.3.1, "CORS protocol and HTTP caches").
"""

from __future__ import annotations

from dataclasses import dataclass

from devcors.errors import MalformedError
from devcors.heads import Fields, RequestHead, ResponseHead, has_token, members, value, values, without
from devcors.urls import is_loopback_host, parse_origin

RESPONSE_FIELDS = (
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    b"access-control-allow-methods",
    b"access-control-allow-headers",
    b"access-control-expose-headers",
    b"access-control-max-age",
    b"access-control-allow-private-network",
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """`[cors]`, ready to be asked. `methods` and `headers` None: whatever the browser asks for."""

    origins: frozenset[str]
    loopback: bool
    methods: tuple[str, ...] | None
    headers: tuple[str, ...] | None
    expose: tuple[str, ...]
    credentials: bool
    max_age: int

    def allows(self, origin: bytes) -> bool:
        """Whether the policy names this origin. The opaque origin `null` is never named."""
        try:
            parsed = parse_origin(origin)
        except MalformedError:
            return False
        if self.loopback and parsed.scheme in ("http", "https") and is_loopback_host(parsed.host):
            return True
        return str(parsed) in self.origins

    def preflight_response(self, request: RequestHead) -> ResponseHead:
        """The 204 that lets the browser go on; the request must be a preflight from an allowed origin."""
        fields = [*self._grant(value(request.fields, b"origin") or b"")]
        asked_method = value(request.fields, b"access-control-request-method") or b""
        methods = asked_method if self.methods is None else ", ".join(self.methods).encode()
        fields.append((b"Access-Control-Allow-Methods", methods))
        if headers := self._allowed_headers(request):
            fields.append((b"Access-Control-Allow-Headers", headers))
        fields.append((b"Access-Control-Max-Age", str(self.max_age).encode()))
        fields.append((b"Vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"))
        return ResponseHead(204, b"No Content", tuple(fields))

    def _allowed_headers(self, request: RequestHead) -> bytes:
        """Names are spelled out: with credentials `*` is no wildcard, and it is not meant to cover Authorization."""
        asked = b", ".join(members(request.fields, b"access-control-request-headers"))
        if self.headers is None or "*" in self.headers:
            return asked
        return ", ".join(self.headers).encode()

    def _grant(self, origin: bytes) -> Fields:
        grant: Fields = ((b"Access-Control-Allow-Origin", origin),)
        return (*grant, (b"Access-Control-Allow-Credentials", b"true")) if self.credentials else grant

    def rewrite(self, fields: Fields, origin: bytes | None) -> Fields:
        """Whatever the server said of CORS goes; what the policy says stands there instead."""
        kept = without(fields, *RESPONSE_FIELDS)
        if origin is not None and self.allows(origin):
            kept = (*kept, *self._grant(origin), *self._exposed())
        return vary_by_origin(kept)

    def inject(self, fields: Fields, origin: bytes | None) -> Fields:
        """Adds what is absent and narrows `*` to the origin; what is there and wrong stays, and is judged."""
        if origin is None or not self.allows(origin):
            return vary_by_origin(fields)
        allowed = values(fields, b"access-control-allow-origin")
        # doubled by proxy and app: lines that all mean this origin are one line
        if all(line.strip() in (b"*", origin) for line in allowed):
            fields = (*without(fields, b"access-control-allow-origin"), self._grant(origin)[0])
        if self.credentials and value(fields, b"access-control-allow-credentials") is None:
            fields = (*fields, self._grant(origin)[1])
        if value(fields, b"access-control-expose-headers") is None:
            fields = (*fields, *self._exposed())
        return vary_by_origin(fields)

    def _exposed(self) -> Fields:
        return ((b"Access-Control-Expose-Headers", ", ".join(self.expose).encode()),) if self.expose else ()


def vary_by_origin(fields: Fields) -> Fields:
    """`Vary: Origin` appended where neither it nor `*` is there (RFC 9110, section 12.5.5)."""
    if has_token(fields, b"vary", b"origin") or has_token(fields, b"vary", b"*"):
        return fields
    return (*fields, (b"Vary", b"Origin"))

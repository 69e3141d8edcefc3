"""Secrets out of what is shown or handed on: heads, URLs, texts that quote URLs.

Known: a head, a URL or a text as it came. Wanted: the same with its shape kept, so that a reader still sees that there
was a cookie and which attributes it had, and a verdict made from it is the same one; only the secret is gone.
What counts as one is told by names: the fields that the standards have for credentials, and names that look like it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from devcors.heads import Field, Fields, RequestHead, ResponseHead

REDACTED = "[redacted]"

_MARK = REDACTED.encode()
_SECRET_FIELDS = frozenset((b"authorization", b"proxy-authorization", b"authentication-info", b"cookie2"))
_URL_FIELDS = frozenset((b"referer", b"location", b"content-location", b"sourcemap"))
_FIELDS_WITH_URLS = frozenset((b"refresh", b"link"))
# fmt: off
_SECRET_WORDS = frozenset((
    "apikey", "auth", "bearer", "credential", "credentials", "csrf", "jwt", "otp", "passphrase", "passwd", "password",
    "pwd", "secret", "session", "sessionid", "sid", "sig", "signature", "token", "xsrf",
))
# fmt: on
_SECRET_ENDINGS = ("token", "secret", "password", "passwd", "apikey", "accesskey", "privatekey", "sessionid")
_SECRET_PARAMETERS = frozenset(("code", "key", "pass", "pin", "assertion", "samlresponse"))
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_NO_LETTER = re.compile(r"[^a-z0-9]+")

# RFC 6265bis, section 5.6, and Chromium's Priority: what else stands in a set-cookie-string may be half of a value
_ATTRIBUTES = frozenset(
    (b"expires", b"max-age", b"domain", b"path", b"secure", b"httponly", b"samesite", b"partitioned", b"priority")
)

# RFC 3986, section 3.2.1: user information may stand before a host; the scheme may be left out ("//host/")
_USERINFO = re.compile(r"\A((?:[^:/?#]+:)?//)[^/?#]*@")
# a fragment may carry parameters too: OAuth 2.0, section 4.2.2
_PARAMETER = re.compile(r"([?&#;])([^=&#;?/]+)=([^&#;]*)")
# a member of a JSON object with a text, number or word as its value; the end may be cut off
_MEMBER = re.compile(r'("((?:[^"\\]|\\.)*)"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|\\?\Z)|[A-Za-z0-9+.-]+)', re.DOTALL)
# a full stop behind a URL is the sentence's
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"“”‘’<>]*[^\s'\"“”‘’<>.,;:!?)]")


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a field, parameter or member of this name is taken to hold a secret: `X-Api-Key`, `accessToken` …"""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not _SECRET_WORDS.isdisjoint(words):
        return True
    return _NO_LETTER.sub("", name.lower()).endswith(_SECRET_ENDINGS)


def is_secret_parameter(name: str) -> bool:
    """The same for a parameter of a query or a form, where some names are secrets that elsewhere are none."""
    return name.lower() in _SECRET_PARAMETERS or is_secret_name(name)


def redacted_url(url: str, userinfo: str = "") -> str:
    """The URL without user information, and without the values of parameters that are named like secrets.

    `userinfo` stands in the place of the former, where it must be seen that there was some.
    """
    if "@" in url:
        url = _USERINFO.sub(rf"\1{userinfo}", url)
    return _PARAMETER.sub(_without_secret, url) if "=" in url else url


def _without_secret(found: re.Match[str]) -> str:
    before, name, text = found.groups()
    return f"{before}{name}={REDACTED}" if text and is_secret_parameter(name) else found[0]


def redacted_text(text: str) -> str:
    """A sentence of a browser or of ours, with the URLs in it redacted."""
    return _URL_IN_TEXT.sub(lambda found: redacted_url(found[0]), text) if "://" in text else text


def redacted_texts(told: Any) -> Any:
    """The same for every text in a JSON value."""
    if isinstance(told, str):
        return redacted_text(told)
    if isinstance(told, list):
        return [redacted_texts(member) for member in told]
    if isinstance(told, dict):
        return {name: redacted_texts(member) for name, member in told.items()}
    return told


def redacted_body(text: str, media_type: str) -> str:
    """A form or JSON, whole or cut off, without the values of what is named like a secret; others as they are."""
    if media_type == "application/x-www-form-urlencoded":
        return _PARAMETER.sub(_without_secret, f"&{text}")[1:]
    if media_type.endswith(("/json", "+json", "-ndjson")):
        return _MEMBER.sub(_without_secret_member, text)
    return text


def _without_secret_member(found: re.Match[str]) -> str:
    before, name, text = found.groups()
    hides = text and text not in ('""', "null", "true", "false") and is_secret_parameter(name)
    return f'{before}"{REDACTED}"' if hides else found[0]


def redacted_fields(fields: Fields) -> Fields:
    """The field lines, in their order and spelling, without secret values."""
    return tuple(map(_redacted_field, fields))


def redacted_request(head: RequestHead) -> RequestHead:
    """A request's head without secrets."""
    return RequestHead(head.method, _redacted_bytes(head.target), redacted_fields(head.fields))


def redacted_response(head: ResponseHead) -> ResponseHead:
    """A response's head without secrets."""
    return ResponseHead(head.status, head.reason, redacted_fields(head.fields))


def _redacted_field(field: Field) -> Field:
    name, text = field
    lower = name.lower()
    if lower == b"cookie":
        return name, b";".join(map(_redacted_pair, text.split(b";")))
    if lower == b"set-cookie":
        return name, _redacted_set_cookie(text)
    if lower in _URL_FIELDS:
        return name, _redacted_bytes(text)
    if lower in _FIELDS_WITH_URLS:
        return name, redacted_text(text.decode("latin-1")).encode("latin-1")
    if lower in _SECRET_FIELDS:
        return name, _MARK
    # the CORS protocol's own fields talk of credentials and hold none
    if not lower.startswith(b"access-control-") and is_secret_name(name.decode("latin-1")):
        return name, _MARK
    return field


def _redacted_pair(pair: bytes) -> bytes:
    """`name=value`; without a `=` all of it is the value (RFC 6265bis, section 5.6, step 3)."""
    name, equals, _ = pair.partition(b"=")
    if equals:
        return name + b"=" + _MARK
    return (b" " if pair.startswith(b" ") else b"") + _MARK


def _redacted_set_cookie(text: bytes) -> bytes:
    pair, *attributes = text.split(b";")
    return b";".join((_redacted_pair(pair), *map(_redacted_attribute, attributes)))


def _redacted_attribute(attribute: bytes) -> bytes:
    name, equals, _ = attribute.partition(b"=")
    if name.strip().lower() in _ATTRIBUTES:
        return attribute
    return name + b"=" + _MARK if equals else b" " + _MARK


def _redacted_bytes(text: bytes) -> bytes:
    """A URL, or what holds one; that it had user information decides a verdict (Fetch, section 4.4, step 8)."""
    return redacted_url(text.decode("latin-1"), "redacted@").encode("latin-1")

"""The CORS check and the preflight's checks of Fetch (sections 4.10 and 4.8): what is wrong with a response.

Known: a request and the fields of a response. Wanted: the first fault, in the order in which a browser looks. Faults
are called as Chromium calls them, without its prefix `Preflight`; a profile knows the browser's own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from devcors.heads import Field, Fields, ResponseHead, value, values

from .profiles import Profile
from .requests import CorsRequest
from .safelist import SAFELISTED_METHODS
from .tokens import token_list

ACAO, ACAC = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
ACAM, ACAH = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

# URL Standard, section 4.4, for what may stand in a header: special schemes need a host, and a port is digits
_SPECIAL = re.compile(r"(?:https?|wss?|ftp):", re.IGNORECASE)
_WITH_HOST = re.compile(
    r"(?:https?|wss?|ftp):[/\\]*(?:[^/\\?#]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/\\?#:@]+)(?::(?P<port>[0-9]*))?(?:[/\\?#].*)?",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST = re.compile(r"\[[0-9a-f:.]+\]|[^\x00-\x20<>\[\]^|%\x7f]+", re.IGNORECASE)
# section 3.5, "ends in a number": such a host is an IPv4 address or none
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """`rule` that is broken, `parameter` (what was found instead, or what is lacking), `header` that decided."""

    rule: str
    parameter: str = ""
    header: str | None = None
    lacking: tuple[str, ...] = ()


def is_redirect(response: ResponseHead, profile: Profile | None = None) -> bool:
    """Fetch, "redirect status", with a Location to go to."""
    location = value(response.fields, b"location")
    if response.status not in _REDIRECTS or location is None:
        return False
    return bool(location) or (profile is not None and profile.empty_location_redirects)


def response_fault(request: CorsRequest, fields: Fields) -> Fault | None:
    """Fetch, section 4.10, "CORS check"."""
    return next(_origin_faults(request, fields), None)


def _origin_faults(request: CorsRequest, fields: Fields) -> Iterator[Fault]:
    """Access-Control-Allow-Origin first, Access-Control-Allow-Credentials only where the origin is right."""
    lines = values(fields, b"access-control-allow-origin")
    allowed = _joined(lines)
    if lines and allowed == "*":
        if request.credentials:
            yield Fault("WildcardOriginNotAllowed", header=ACAO)
        return
    if not lines:
        yield Fault("MissingAllowOriginHeader", header=ACAO)
    elif allowed != request.origin:
        yield Fault(_wrong_origin(allowed, len(lines)), allowed, ACAO)
    elif request.credentials and (sent := _credentials(fields)) != "true":
        yield Fault("InvalidAllowCredentials", sent, ACAC)


def _wrong_origin(allowed: str, lines: int) -> str:
    """What a value that is not the origin is called; it is refused all the same."""
    if lines > 1:
        return "MultipleAllowOriginLines"
    if " " in allowed or "," in allowed:
        return "MultipleAllowOriginValues"
    return "AllowOriginMismatch" if allowed == "null" or is_url(allowed) else "InvalidAllowOriginValue"


def _credentials(fields: tuple[Field, ...]) -> str:
    return _joined(values(fields, b"access-control-allow-credentials"))


def _joined(lines: list[bytes]) -> str:
    """Lines of one name as one value; each loses the blanks around it (RFC 9112, section 5.1), the whole does not."""
    return b", ".join(line.strip(b" \t") for line in lines).decode("latin-1")


def is_url(text: str) -> bool:
    """Whether the URL Standard's parser takes it without a base: special schemes need a host, a port ends at 65535."""
    # bytes beyond ASCII are no UTF-8 here, which no host can hold
    if not text.isascii():
        return False
    text = text.translate({ord(char): None for char in "\t\r\n"})
    if not _SPECIAL.match(text):
        return _SCHEME.match(text) is not None
    found = _WITH_HOST.fullmatch(text)
    return found is not None and _is_host(unquote(found["host"])) and int(found["port"] or 0) <= 65535


def _is_host(host: str) -> bool:
    """URL Standard, section 3.5, "host parser", without the look at international names."""
    labels = host.removesuffix(".").split(".")
    if not _HOST.fullmatch(host) or not _NUMBER.fullmatch(labels[-1]):
        return _HOST.fullmatch(host) is not None
    numbers = [_ipv4_number(label) for label in labels]
    if len(numbers) > 4 or any(number is None for number in numbers):
        return False
    *first, last = (number or 0 for number in numbers)
    return all(number <= 255 for number in first) and last < 256 ** (5 - len(numbers))


def _ipv4_number(label: str) -> int | None:
    """URL Standard, section 3.5, "IPv4 number parser": decimal, octal behind 0, hexadecimal behind 0x."""
    base = 16 if label[:2].lower() == "0x" else 8 if len(label) > 1 and label.startswith("0") else 10
    try:
        return int(label[2:] or "0", 16) if base == 16 else int(label, base)
    except ValueError:
        return None


def preflight_fault(request: CorsRequest, response: ResponseHead, profile: Profile) -> Fault | None:
    """Fetch, section 4.8, "CORS-preflight fetch", step 7 on."""
    return next(_preflight_faults(request, response, profile), None)


def _preflight_faults(request: CorsRequest, response: ResponseHead, profile: Profile) -> Iterator[Fault]:
    redirected = is_redirect(response, profile)
    if redirected and profile.redirect_first:
        yield Fault("DisallowedRedirect")
    yield from _origin_faults(request, response.fields)
    if redirected:
        yield Fault("DisallowedRedirect")
    if not 200 <= response.status <= 299:  # Fetch, "ok status"
        yield Fault("InvalidStatus")
    yield from _permission_faults(request, response.fields, profile)


def _permission_faults(request: CorsRequest, fields: Fields, profile: Profile) -> Iterator[Fault]:
    """Access-Control-Allow-Methods and -Headers; one that cannot be parsed fails even where nothing needed it."""
    methods, bad_method = token_list(fields, b"access-control-allow-methods")
    headers, bad_header = token_list(fields, b"access-control-allow-headers")
    if bad_method is not None:
        yield Fault("InvalidAllowMethodsPreflightResponse", bad_method.decode("latin-1"), ACAM)
    unparsable = [] if bad_header is None else [bad_header.decode("latin-1")]
    if profile.parses_all_first:
        yield from (Fault("InvalidAllowHeadersPreflightResponse", token, ACAH) for token in unparsable)
    if not allows_method(request.method, methods, credentials=request.credentials):
        yield Fault("MethodDisallowedByPreflightResponse", request.method, ACAM)
    yield from (Fault("InvalidAllowHeadersPreflightResponse", token, ACAH) for token in unparsable)
    if lacking := lacking_headers(request.headers, headers, credentials=request.credentials):
        yield Fault("HeaderDisallowedByPreflightResponse", lacking[0], ACAH, lacking)


def allows_method(method: str, allowed: list[bytes], *, credentials: bool) -> bool:
    """Fetch, section 4.8, step 7.5; with credentials `*` is a method of its own (section 3.3.5)."""
    if method in SAFELISTED_METHODS or (b"*" in allowed and not credentials):
        return True
    return method.encode("latin-1") in allowed


def lacking_headers(names: tuple[str, ...], allowed: list[bytes], *, credentials: bool) -> tuple[str, ...]:
    """The names (lower case) that the list does not cover (section 4.8, step 7.6 and 7.7)."""
    # both browsers still let `*` cover Authorization, against the standard
    if b"*" in allowed and not credentials:
        return ()
    covered = {name.lower().decode("latin-1") for name in allowed}
    return tuple(name for name in names if name not in covered)

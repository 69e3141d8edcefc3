"""What is refused before anything is looked up: malformed heads, sizes, and names that only an attacker would use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from devcors.cors.tokens import is_token
from devcors.errors import MalformedError
from devcors.heads import Fields, RequestHead, value, values
from devcors.urls import Authority, is_loopback_host, parse_authority

from .facts import Facts

MAX_TARGET = 16 * 1024
MAX_FIELDS = 200
MAX_HEAD = 64 * 1024
HEAD_SECONDS = 30.0
"""For a whole head, from its first byte on."""

# RFC 9112, section 3.2: visible ASCII only, and no fragment
_BAD_IN_TARGET = re.compile(rb"[^\x21-\x7e]|#")
# RFC 9110, section 5.5
_BAD_IN_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


_USUAL = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))


class Refusal(NamedTuple):
    """A status, why, and what to do."""

    status: int
    message: str
    hint: str


def check_head(head: RequestHead) -> Refusal | None:
    """The first fault of a request head, whatever it is for."""
    if head.method not in _USUAL and not is_token(head.method):
        return Refusal(400, "the method is not a token (RFC 9110, section 9.1)", "send a method such as GET")
    if len(head.target) > MAX_TARGET:
        return Refusal(414, f"the request target is longer than {MAX_TARGET} bytes", "send the data in the body")
    if _BAD_IN_TARGET.search(head.target):
        return Refusal(400, "the request target holds bytes that must be percent-encoded", "encode the URL")
    # RFC 9112, section 3.2: of the four forms, these are what is left when a lane has taken the authority off
    if not head.target.startswith(b"/") and not (head.target == b"*" and head.method == b"OPTIONS"):
        return Refusal(400, "the request target is no path", "send a target that begins with /")
    if (refusal := _check_fields(head.fields)) is not None:
        return refusal
    if head.method == b"CONNECT":  # a lane takes those that name an authority (RFC 9112, section 3.2.3)
        return Refusal(400, "the target of CONNECT is no host and port", "send CONNECT host:port")
    if head.method == b"TRACE":
        # it would send the request's secrets back to whoever asked (RFC 9110, section 9.3.8)
        return Refusal(405, "TRACE is not served", "use GET")
    return None


def check_connect(head: RequestHead) -> Refusal | None:
    """The first fault of a CONNECT whose target a lane has read (RFC 9112, section 3.2.3)."""
    refusal = _check_fields(head.fields) or _host_field(head.fields)
    if isinstance(refusal, Refusal):
        return refusal
    # RFC 9110, section 9.3.6: it has no content, so what follows could be read in two ways
    if value(head.fields, b"transfer-encoding") is not None or (value(head.fields, b"content-length") or b"0") != b"0":
        return Refusal(400, "CONNECT has no body (RFC 9110, section 9.3.6)", "send neither length nor encoding")
    return None


# browsers send the same fields again and again: what was found of them is remembered
@lru_cache(maxsize=256)
def _check_fields(fields: Fields) -> Refusal | None:
    if len(fields) > MAX_FIELDS:
        return Refusal(431, f"more than {MAX_FIELDS} header fields", "send fewer, or fewer cookies")
    if sum(len(name) + len(text) + 4 for name, text in fields) > MAX_HEAD:
        return Refusal(431, f"the header fields take more than {MAX_HEAD} bytes", "clear this site's cookies")
    for name, text in fields:
        if not is_token(name):
            return Refusal(400, f"{name!r} is not a field name", "send a token (RFC 9110, section 5.1)")
        if _BAD_IN_VALUE.search(text):
            return Refusal(400, f"the value of {name.decode('latin-1')} holds a control character", "remove it")
    expect = value(fields, b"expect")
    if expect is not None and expect.strip().lower() != b"100-continue":
        return Refusal(
            417, "the only expectation that is known is 100-continue (RFC 9110, section 10.1.1)", "drop Expect"
        )
    return None


def host_of(head: RequestHead, facts: Facts) -> Authority | Refusal:
    """The authority a request is for: exactly one valid Host (RFC 9112, section 3.2), or the absolute-form's."""
    host = _host_field(head.fields)
    if facts.authority is not None and (not isinstance(host, Refusal) or len(values(head.fields, b"host")) == 1):
        return facts.authority  # RFC 9112, section 3.2.2: the target counts, Host is ignored; but it must be there
    return host


@lru_cache(maxsize=256)
def _host_field(fields: Fields) -> Authority | Refusal:
    hosts = values(fields, b"host")
    if len(hosts) != 1:
        return Refusal(400, f"a request must have one Host field, this has {len(hosts)}", "send one Host")
    if b"@" in hosts[0]:  # not repeated in the message: it may hold a password
        return Refusal(400, "the Host field holds user information", "send host or host:port")
    try:
        return parse_authority(hosts[0])
    except MalformedError as error:
        return Refusal(400, f"the Host field is {error.message}", "send host or host:port")


def check_host(host: Authority, facts: Facts, allowed: frozenset[str]) -> Refusal | None:
    """DNS rebinding: a name that an attacker can point at this machine is not served at the front door."""
    name = host.host.rstrip(".")
    if is_loopback_host(name) or name in allowed or str(host) in allowed:
        return None
    if any(entry.startswith("*.") and name.endswith(entry[1:]) for entry in allowed):
        return None
    if name.strip("[]") == facts.local:  # the very address the connection came in on (after --host)
        return None
    return Refusal(
        403,
        f"the host {name!r} is not allowed here, to keep other sites out (DNS rebinding)",
        f'add it to devcors.toml: [server] allowed_hosts = ["{name}"]',
    )

"""What a case looks at in a run that passed. A check returns what is wrong, or None.

`at` counts requests (at the backend) or final responses (at the client) from 0. An index that is not there is told by
the judge already, as a message that did not come.
"""

from __future__ import annotations

from .case import Check, Seen
from .reading import End


def sees(name: bytes, *wanted: bytes, at: int = 0) -> Check:
    """The backend got these values of a field, one line each, in order."""

    def check(seen: Seen) -> str | None:
        got = seen.requests[at].values(name)
        filled = [seen.exchange.filled(each) for each in wanted]
        return None if got == filled else f"the backend got {name.decode()} {got}, {filled} was wanted"

    return check


def sees_one_of(name: bytes, *wanted: tuple[bytes, ...], at: int = 0) -> Check:
    """The backend got the values of a field in one of these ways."""

    def check(seen: Seen) -> str | None:
        got = tuple(seen.requests[at].values(name))
        return None if got in wanted else f"the backend got {name.decode()} {got}, one of {wanted} was wanted"

    return check


def folded(name: bytes, *parts: bytes, at: int = 0) -> Check:
    """The backend got one value: these parts with blanks between them, on one line."""

    def check(seen: Seen) -> str | None:
        got = seen.requests[at].values(name)
        right = len(got) == 1 and tuple(got[0].split()) == parts
        return None if right else f"the backend got {name.decode()} {got}, {parts} with blanks between was wanted"

    return check


def lacks(*names: bytes, at: int = 0) -> Check:
    """The backend got none of these fields in the head."""

    def check(seen: Seen) -> str | None:
        got = [name.decode() for name in names if seen.requests[at].values(name)]
        return f"the backend got {', '.join(got)}" if got else None

    return check


def sees_not(part: bytes, at: int = 0) -> Check:
    """These bytes are nowhere in the request's head."""

    def check(seen: Seen) -> str | None:
        message = seen.requests[at]
        head = b"\n".join((message.start, *(name + b": " + text for name, text in message.fields)))
        return f"the backend got {part!r} in the head" if part.lower() in head.lower() else None

    return check


def trailers_lack(*names: bytes) -> Check:
    """The request's trailers, where forwarded, have none of these."""

    def check(seen: Seen) -> str | None:
        got = [name for name, _ in seen.requests[0].trailers if name.lower() in names]
        return f"the backend got the trailer fields {got}" if got else None

    return check


def content(wanted: bytes, at: int = 0) -> Check:
    """The backend got this content, framing taken off."""

    def check(seen: Seen) -> str | None:
        got = seen.requests[at].body
        filled = seen.exchange.filled(wanted)
        return None if got == filled else f"the backend got {_brief(got)}, {_brief(filled)} was sent"

    return check


def begins(method: bytes, *targets: bytes, at: int = 0) -> Check:
    """The backend got this method and one of these targets."""

    def check(seen: Seen) -> str | None:
        message = seen.requests[at]
        filled = [seen.exchange.filled(target) for target in targets]
        if message.method == method and message.target in filled:
            return None
        return f"the backend got {message.start!r}, {method!r} {filled} was wanted"

    return check


def gets(name: bytes, *wanted: bytes, at: int = 0) -> Check:
    """The client got these values of a field."""

    def check(seen: Seen) -> str | None:
        got = seen.finals[at].values(name)
        return None if got == list(wanted) else f"the client got {name.decode()} {got}, {list(wanted)} was wanted"

    return check


def gets_none(*names: bytes, at: int = 0) -> Check:
    """The client got none of these fields."""

    def check(seen: Seen) -> str | None:
        got = [name.decode() for name in names if seen.finals[at].values(name)]
        return f"the client got {', '.join(got)}" if got else None

    return check


def gets_not(part: bytes) -> Check:
    """These bytes are nowhere in what the client got."""

    def check(seen: Seen) -> str | None:
        client = seen.exchange.client
        return f"the client got {part!r}" if client is not None and part in client.received else None

    return check


def gets_content(wanted: bytes, at: int = 0) -> Check:
    """The client got this content, framing taken off."""

    def check(seen: Seen) -> str | None:
        got = seen.finals[at].body
        filled = seen.exchange.filled(wanted)
        return None if got == filled else f"the client got {_brief(got)}, {_brief(filled)} was wanted"

    return check


def in_order(*suffixes: bytes) -> Check:
    """The k-th final response is the backend's to the k-th of these targets; an empty suffix is not looked at."""

    def check(seen: Seen) -> str | None:
        for at, suffix in enumerate(suffixes):
            wanted = seen.exchange.filled(b"answer to {path}" + suffix)
            if suffix and seen.finals[at].body != wanted:
                return f"response {at + 1} is {_brief(seen.finals[at].body)}, {wanted!r} was wanted"
        return None

    return check


def interim(*wanted: int) -> Check:
    """The client got these interim responses."""

    def check(seen: Seen) -> str | None:
        got = [message.status for message in seen.responses if message.status < 200 and message.status != 101]
        return None if got == list(wanted) else f"the client got interim responses {got}, {list(wanted)} was wanted"

    return check


def tunnelled(wanted: bytes) -> Check:
    """After the 101 the client got exactly this."""

    def check(seen: Seen) -> str | None:
        return None if seen.rest == wanted else f"the client got {seen.rest!r} after the 101, {wanted!r} was sent"

    return check


def ends(*wanted: End) -> Check:
    """How the client's connection stands at the end."""

    def check(seen: Seen) -> str | None:
        ways = " or ".join(each.value for each in wanted)
        return None if seen.end in wanted else f"the client's connection is {seen.end.value}, {ways} was wanted"

    return check


def once(suffix: bytes) -> Check:
    """The backend got the request for this target one time only."""

    def check(seen: Seen) -> str | None:
        target = seen.exchange.filled(b"{path}" + suffix)
        count = sum(message.target == target for message in seen.requests)
        return None if count == 1 else f"the backend got {target!r} {count} times"

    return check


def own_version(seen: Seen) -> str | None:
    """The response is told in the proxy's own version (RFC 9112, section 2.3)."""
    start = seen.finals[0].start
    return None if start.startswith(b"HTTP/1.1 ") else f"the client got {start!r}"


def _brief(data: bytes) -> str:
    return repr(data) if len(data) <= 80 else f"{data[:40]!r}… ({len(data)} bytes)"

"""Regular expressions of a description: for route patterns, rewrites, origins, Location and cookies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product
from urllib.parse import unquote_to_bytes

from devcors.routing.pattern import Pattern, Reference, encoded, rewrite_parts

from .description import Cookies, Edit, Redirects, Rewriting

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_~:=,")
_ANY_SEGMENT = "/[^/?]+"
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")

LOOPBACK = r"https?://(?:(?:[a-z0-9_-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?"
"""The origins that `loopback` stands for, in the one spelling that browsers have (URL Standard, section 3.5)."""


def literal(text: str) -> str:
    """An expression for this text alone, free of quotes, blanks, `$`, `%`, `#`, braces and semicolons."""
    return "".join(map(_one, text))


def _one(character: str) -> str:
    if character in _SAFE:
        return character
    if character == ".":
        return r"\."
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


def path_literal(text: str) -> str:
    """As `literal`, for a path on the wire: the case of an escape makes no difference (RFC 3986, section 6.2.2.1)."""
    out, at = "", 0
    for found in _ESCAPE.finditer(text):
        out += literal(text[at : found.start()]) + r"\x25" + "".join(map(_either_case, found[0][1:]))
        at = found.end()
    return out + literal(text[at:])


def _either_case(digit: str) -> str:
    return f"[{digit.upper()}{digit.lower()}]" if digit.isalpha() else digit


def origins(named: Iterable[str], *, loopback: bool) -> str | None:
    """One expression for the whole value of an Origin field."""
    alternatives = [*([LOOPBACK] if loopback else []), *map(literal, sorted(named))]
    return f"^(?:{'|'.join(alternatives)})$" if alternatives else None


def path_test(pattern: Pattern, *, decoded: bool = False) -> str:
    """What a path (or a path with its query) that the pattern takes begins with; `decoded`, with its escapes undone."""
    if pattern.is_expression:
        return pattern.text
    body = "".join(_segment(part, tail=True, decoded=decoded) for part in _segments(pattern))
    return f"^{body or '/'}" if pattern.text.endswith("/") or pattern.tail else f"^{body}(?:[/?]|$)"


def any_of(tests: Iterable[str]) -> str:
    """One expression for what any of these finds."""
    return "|".join(f"(?:{test})" for test in tests)


def of_hosts(names: Iterable[str]) -> str:
    """A route's `match.hosts` as one expression for a Host field: any port, unless one is named."""
    return f"(?i)^(?:{'|'.join(map(_of_host, names))})$"


def _of_host(name: str) -> str:
    bare = name.removeprefix("*.")
    port = "" if re.search(r":[0-9]*\Z", name) else "(?::[0-9]*)?"
    return (r"[^:]*\." if bare != name else "") + literal(bare) + port


def _segments(pattern: Pattern) -> list[str]:
    return pattern.text[1:].split("/")


def _segment(text: str, *, tail: bool, decoded: bool = False) -> str:
    if not text.startswith(":"):
        wire = encoded(text).decode()
        return "/" + (
            literal(unquote_to_bytes(wire).decode("utf-8", "surrogateescape")) if decoded else path_literal(wire)
        )
    if text.endswith("*"):
        return "(?:[/?]|$)" if tail else ""
    return _ANY_SEGMENT


def rewritings(pattern: Pattern, rewrite: str | None, base: str) -> tuple[Rewriting, ...]:
    """What becomes of a path, case by case; empty where it stays as it is."""
    if rewrite is None and not base:
        return ()
    if rewrite is None:
        return (Rewriting("^([^?]*)$", (base, 1)),)
    if pattern.is_expression:
        return (_of_expression(pattern, rewrite, base),)
    return tuple(_of_prefix(pattern, rewrite, base))


def _of_expression(pattern: Pattern, rewrite: str, base: str) -> Rewriting:
    regex = pattern.regex
    assert regex is not None
    groups = {**{str(number): number for number in range(1, regex.groups + 1)}, **regex.groupindex}
    made = [groups[part.name] if isinstance(part, Reference) else part.decode() for part in rewrite_parts(rewrite)]
    if made and isinstance(first := made[0], int):  # the backend's path begins with a slash all the same
        opened = [found.end() for found in re.finditer(r"(?<!\\)\((?:\?P<[^>]*>|(?!\?))", pattern.text)]
        made = made if pattern.text.startswith("/", opened[first - 1]) else ["/", *made]
    return Rewriting(f"{pattern.text}(.*)$", _joined([base, *made, regex.groups + 1]))


def _of_prefix(pattern: Pattern, rewrite: str, base: str) -> Iterator[Rewriting]:
    """One for each way in which slashes meet: something or nothing for `:name*`, a rest or none."""
    segments = _segments(pattern)
    slashed = pattern.text.endswith("/")
    body = "".join(_captured(_segment(part, tail=False)) for part in segments)
    for took, rest in product([True, False] if pattern.tail else [False], [True] if slashed else [True, False]):
        behind = "([^?]*)" if slashed else ("(/+)" if pattern.tail else "(/[^?]*)") if rest else ""
        numbers = {name: number for number, name in enumerate(pattern.names, 1)}
        made = list(_made(pattern, rewrite, numbers, took=took))
        if slashed or rest:
            made = _without_slash(made)
        groups = len(pattern.names) - (1 if pattern.tail and not took else 0)
        for tail, begun, more in _begun(made, groups, took=took):
            parts = [base, *begun, *(["/"] if slashed else []), *([groups + more + 1] if behind else [])]
            yield Rewriting(f"^{body}{tail}{behind}$", _joined(parts) or ("/",))


def _begun(made: list[str | int], last: int, *, took: bool) -> Iterator[tuple[str, list[str | int], int]]:
    """What finds `:name*`, what is made then, and how many groups more it has; the path made begins with one slash.

    last: the group of `:name*`, where it `took` something.
    """
    tail = r"/([^?]*[^/?])" if took else ""
    if not made or isinstance(made[0], str):
        yield tail, made, 0
    elif not took or made[0] != last:
        yield tail, ["/", *made], 0
    else:  # its own slash will do, if it begins with one; in two cases, since not all servers can look ahead
        yield r"/(/[^?]*[^/?])", made, 0
        yield r"(/([^/?](?:[^?]*[^/?])?))", [last, *(last + 1 if part == last else part for part in made[1:])], 1


def _captured(segment: str) -> str:
    return "/([^/?]+)" if segment == _ANY_SEGMENT else segment


def _made(pattern: Pattern, rewrite: str, numbers: dict[str, int], *, took: bool) -> Iterator[str | int]:
    for part in rewrite_parts(rewrite):
        if not isinstance(part, Reference):
            yield part.decode()
            continue
        empty = pattern.tail and part.name == pattern.names[-1] and not took
        if part.slash and not empty:
            yield "/"
        if not empty:
            yield numbers[part.name]


def _without_slash(parts: list[str | int]) -> list[str | int]:
    """Without the slash at the end, where the literal text has one; a capture never ends in one."""
    if parts and isinstance(last := parts[-1], str):
        return [*parts[:-1], last.removesuffix("/")]
    return parts


def _joined(parts: Iterable[str | int]) -> tuple[str | int, ...]:
    """Neighbouring texts as one, empty ones left out."""
    out: list[str | int] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return tuple(out)


def location_edits(redirects: Redirects | None) -> tuple[Edit, ...]:
    """A Location inside the backend, as it is at the front door: with the backend's origin before it, or a path alone.

    The first that finds something is to be done; `#own` in its text is the front door's origin.
    """
    return () if redirects is None else tuple(_location_edits(redirects))


def _location_edits(redirects: Redirects) -> Iterator[Edit]:
    own = redirects.own
    scheme, _, authority = redirects.origin.partition("://")
    written = literal(authority)
    if not authority.rpartition("]")[2].count(":"):
        written += f"(?::{80 if scheme == 'http' else 443})?"
    for there, here in (*([own] if own else []), *redirects.others):
        prefix = path_literal(there)
        yield Edit(f"^{scheme}://{written}{prefix}(/.*)$", ("#own" + here, 1))
        yield Edit(f"^{scheme}://{written}{prefix}((?:[?#].*)?)$", ("#own" + (here or "/"), 1))
        if (there, here) == own and there != here:
            # RFC 3986, section 4.2: what begins with two slashes names another host
            yield Edit(f"^{prefix}(/.*)$" if there else r"^(/(?:[^/\\].*)?)$", _joined([here, 1]))
            if there:
                yield Edit(f"^{prefix}((?:[?#].*)?)$", (here or "/", 1))


def cookie_edits(cookies: Cookies) -> Iterator[Edit]:
    """What is done to a whole Set-Cookie value, one after the other."""
    if cookies.domains:
        names = "|".join(map(literal, cookies.domains))
        yield Edit(rf"(?i);\s*domain=\.?(?:{names})\s*((?:;.*)?)$", (1,))
    if cookies.move:
        there, here = cookies.move
        prefix = path_literal(there)
        if there:
            yield Edit(rf"(?i)(;\s*path=){prefix}/?(\s*(?:;.*)?)$", (1, here or "/", 2))
        yield Edit(rf"(?i)(;\s*path=){prefix}(/[^;/][^;]*(?:;.*)?)$", _joined([1, here, 2]))
    for name, value in cookies.forced:
        yield Edit(rf"(?i);\s*{name}(?:\s*=[^;]*)?\s*((?:;.*)?)$", (1,))
        if value != "":
            yield Edit("^(.*)$", (1, f"; {name}" if value is None else f"; {name}={value}"))


def parents(host: str) -> tuple[str, ...]:
    """The host, and the domains above it that a cookie's Domain may name."""
    if ":" in host or host.replace(".", "").isdigit():
        return (host,)
    labels = host.split(".")
    return tuple(".".join(labels[at:]) for at in range(max(1, len(labels) - 1)))

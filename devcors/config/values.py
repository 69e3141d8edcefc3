"""What single values of devcors.toml may hold: header fields, methods, cookie attributes, patterns, files.

Known: one value as it stands in the file. Wanted: the same, or a BadValue whose message says what is wrong and whose
hint says what to write instead. Nothing here knows where the value stands or touches a file; `addresses` has the rest.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any

from devcors.errors import PatternError
from devcors.routing.pattern import Pattern, check_rewrite, parse_pattern

# RFC 9110, section 5.6.2
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# RFC 9110, section 5.5: what no field value may hold; a tab may stand inside
_NOT_IN_FIELD = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

# RFC 9110, section 9.3, and PATCH (RFC 5789)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
# RFC 9112, section 6, and RFC 9110, section 7.6.1: the proxy's own on each connection
_FRAMING = frozenset(
    ("connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")
)


_COOKIES = 'use "auto", "keep" or a table such as { secure = false }'


class BadValue(ValueError):  # noqa: N818 - whoever reads the value tells it, in an error of the one tree
    """A value that is refused; `hint` is the next step, where there is a clear one."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def suggestion(given: str, choices: Iterable[str]) -> str | None:
    """`did you mean "target"?` for the nearest of `choices`, or None where none is near."""
    by_lower = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(given.lower(), by_lower, n=1, cutoff=0.6)
    return f'did you mean "{by_lower[near[0]]}"?' if near else None


def shown(text: str) -> str:
    """The text in double quotes, control characters escaped."""
    return json.dumps(text, ensure_ascii=False)


def kind_of(given: Any) -> str:
    """What a TOML value is, in the words of a sentence: `a number`, `false`."""
    if isinstance(given, bool):
        return str(given).lower()
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (str, "a string"),
        ((int, float), "a number"),
        (dict, "a table"),
        ((list, tuple), "a list"),
    )
    return next((name for kind, name in names if isinstance(given, kind)), "a date or time")


def lower(given: Any) -> Any:
    """A string in lower case; anything else as it is, for the type check to refuse."""
    return given.lower() if isinstance(given, str) else given


# -- fields and methods --------------------------------------------------------------------------------------------


def header_name(given: str) -> str:
    """A field name (RFC 9110, section 5.1)."""
    if not _TOKEN.fullmatch(given):
        raise BadValue(
            f"{shown(given)} is no header name", "a name holds letters, digits and hyphens, no blank or colon"
        )
    return given


def edited_header_name(given: str) -> str:
    """A field name that a config may set: not one that frames the message on a connection."""
    if header_name(given).lower() in _FRAMING:
        raise BadValue(f"{given} is not for a config to set: it belongs to the connection", "remove the key")
    return given


def header_value(given: str) -> str:
    """A field value (RFC 9110, section 5.5)."""
    if _NOT_IN_FIELD.search(given):
        raise BadValue("a header's value holds no line break or other control character", "write it on one line")
    return given


def cookie_attribute(given: str) -> str:
    """The value of a Set-Cookie attribute (RFC 6265bis, section 4.1.1: no control character, no semicolon)."""
    if re.search(r"[\x00-\x1f\x7f;]", given):
        raise BadValue("a cookie attribute holds no semicolon or control character", "write one value alone")
    return given


def method(given: str) -> str:
    """A request method; methods are case-sensitive (RFC 9110, section 9.1), so `get` is taken for a slip."""
    if not _TOKEN.fullmatch(given):
        raise BadValue(f"{shown(given)} is no method", suggestion(given, _METHODS) or 'write it as "GET"')
    if given not in _METHODS and given.upper() in _METHODS:
        raise BadValue(f"{shown(given)} is no method: methods are case-sensitive", f'did you mean "{given.upper()}"?')
    return given


def echo_or_list(given: Any) -> Any:
    """`[cors]` `methods` and `headers`: the word `request`, or a list."""
    if isinstance(given, (list, tuple)) or given == "request":
        return given
    if not isinstance(given, str):
        raise BadValue(f'"request" or a list is wanted, this is {kind_of(given)}')
    hint = suggestion(given, ("request",)) or f"write it as [{shown(given)}]"
    raise BadValue(f'"request" or a list is wanted, this is {shown(given)}', hint)


def auto_keep_or_table(given: Any) -> Any:
    """A route's `cookies`."""
    if isinstance(given, dict) or given in ("auto", "keep"):
        return given
    if isinstance(given, str):
        raise BadValue(f"{shown(given)} is no way to treat cookies", suggestion(given, ("auto", "keep")) or _COOKIES)
    raise BadValue(f'"auto", "keep" or a table is wanted, this is {kind_of(given)}')


# -- patterns, files -----------------------------------------------------------------------------------------------


def pattern(given: str) -> str:
    """A route's pattern, as it was written."""
    _parsed(given)
    return given


def _parsed(text: str) -> Pattern:
    try:
        return parse_pattern(text)
    except PatternError as error:
        raise BadValue(error.message, error.hint) from None


def rewrite(pattern_text: str, given: str) -> str:
    """A route's `rewrite`, which may refer only to what its pattern takes."""
    parsed = _parsed(pattern_text)
    try:
        check_rewrite(parsed, given)
    except PatternError as error:
        raise BadValue(error.message, error.hint) from None
    return given


def verify(given: Any) -> Any:
    """`true`, `false` or the path of a CA file, which is not looked at here."""
    if isinstance(given, bool):
        return given
    if not isinstance(given, str):
        raise BadValue(f"true, false or the path of a CA file is wanted, this is {kind_of(given)}")
    if not given or "\0" in given:
        raise BadValue(f"{shown(given)} is no path", "use true, false or the path of a file of CA certificates")
    if given.lower() in ("true", "false"):
        raise BadValue(f"{shown(given)} is a string", f"did you mean {given.lower()}, without quotes?")
    return given


def https(given: Any) -> Any:
    """`true`, `false` or "h2"."""
    if isinstance(given, bool) or given == "h2":
        return given
    if isinstance(given, str) and given.lower() in ("true", "false"):
        raise BadValue(f"{shown(given)} is a string", f"did you mean {given.lower()}, without quotes?")
    said = shown(given) if isinstance(given, str) else kind_of(given)
    raise BadValue(f'true, false or "h2" is wanted, this is {said}', '"h2" offers HTTP/2 as well')


def admin(given: Any) -> Any:
    """A port, or `false`."""
    if given is None or given is False:
        return given
    if isinstance(given, bool) or not isinstance(given, int) or not 0 < given <= 65535:
        said = str(given) if isinstance(given, int) and given is not True else kind_of(given)
        raise BadValue(f"a port or false is wanted, this is {said}", "remove the key: it is the port after listen's")
    return given


def capture(given: Any) -> Any:
    """A number of bytes."""
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        said = str(given) if isinstance(given, int) and given is not True else kind_of(given)
        raise BadValue(f"a number of bytes is wanted, this is {said}", "65536 keeps 64 KiB of each body")
    return given


def script(given: str) -> str:
    """A mitmproxy addon file."""
    if not given.endswith(".py"):
        raise BadValue(f"{shown(given)} is no addon: its name does not end in .py", "name a Python file")
    if "\0" in given:
        raise BadValue(f"{shown(given)} is no path", "name a Python file")
    return given

"""What Firefox prints about a cookie: the texts of its message file, and which warnings an accepted cookie draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .cases import Case
from .setcookie import MAX_ATTRIBUTE, MAX_PAIR, SetCookie

TEXTS: Final = {
    "CookieRejectedInvalidCharAttributes": "Cookie “{name}” has been rejected for invalid characters in the"
    " attributes.",
    "CookieRejectedEmptyNameAndValue": "Cookie with an empty name and an empty value has been rejected.",
    "CookieOversize": f"Cookie “{{name}}” is invalid because its size is too big. Max size is {MAX_PAIR} B.",
    "CookieRejectedInvalidCharName": "Cookie “{name}” has been rejected for invalid characters in the name.",
    "CookieRejectedInvalidCharValue": "Cookie “{name}” has been rejected for invalid characters in the value.",
    "CookieRejectedInvalidPath": "Cookie “{name}” has been rejected for invalid path.",
    "CookieRejectedNonRequiresSecure2": "Cookie “{name}” rejected because it has the “SameSite=None” attribute"
    " but is missing the “secure” attribute.",
    "CookieRejectedInvalidDomain": "Cookie “{name}” has been rejected for invalid domain.",
    "CookieRejectedInvalidPrefix": "Cookie “{name}” has been rejected for invalid prefix.",
    "CookieRejectedSecureButNonHttps": "Cookie “{name}” has been rejected because a non-HTTPS cookie can’t be set"
    " as “secure”.",
    "CookieRejectedForNonSameSiteness": "Cookie “{name}” has been rejected because it is in a cross-site context"
    " and its “SameSite” is “Lax” or “Strict”.",
    "CookieRejectedPartitionedRequiresSecure": "Cookie “{name}” has been rejected because it has the “Partitioned”"
    " attribute but is missing the “secure” attribute.",
    "CookieRejectedNonsecureOverSecure": "Cookie “{name}” has been rejected because there is an existing “secure”"
    " cookie.",
    "CookieRejectedHttpOnlyButFromScript": "Cookie “{name}” has been rejected because there is already an HTTP-Only"
    " cookie but script tried to store a new one.",
    "CookieBlockedCrossSiteRedirect": "Cookie “{name}” with the “SameSite” attribute value “Lax” or “Strict” was"
    " omitted because of a cross-site redirect.",
    "CookieAttributeIgnored": "The value of the attribute “{attribute}” for the cookie “{name}” has been rejected"
    f" because its size is too big. Max size is {MAX_ATTRIBUTE} B.",
    "CookieAttributeOverwritten": "The value of the attribute “{attribute}” for the cookie “{name}” has been"
    " overwritten.",
    "CookieSameSiteValueInvalid2": "Invalid “SameSite“ value for cookie “{name}”. The supported values are: “Lax“,"
    " “Strict“, “None“.",
    "CookieInvalidMaxAgeAttribute": "Invalid “max-age“ value for cookie “{name}”. The attribute is ignored.",
    "CookieForeignNoPartitionedWarning": "Cookie “{name}” will soon be rejected because it is foreign and does not"
    " have the “Partitioned“ attribute.",
}


def text(key: str, name: bytes, attribute: str = "") -> str:
    """The message as the console shows it."""
    return TEXTS[key].format(name=name.decode("utf-8", "replace"), attribute=attribute)


# the attributes whose values Firefox keeps, in lower case as it names them
_KEPT = (b"path", b"domain", b"expires", b"max-age")


def warnings(case: Case) -> tuple[str, ...]:
    """What Firefox prints about a cookie that it accepts, in its order."""
    return tuple(text(key, case.name, attribute) for key, attribute in _warnings(case))


def _warnings(case: Case) -> Iterator[tuple[str, str]]:
    cookie = case.cookie
    if cookie.attributes:
        yield from _repeated(case)
        if any(value.lower() not in (b"lax", b"strict", b"none") for value in cookie.written(b"samesite")):
            yield "CookieSameSiteValueInvalid2", ""
        if _not_a_number(cookie):
            yield "CookieInvalidMaxAgeAttribute", ""
    if case.foreign and not cookie.partitioned:
        yield "CookieForeignNoPartitionedWarning", ""


def _not_a_number(cookie: SetCookie) -> bool:
    """Whether the last Max-Age is no number; Firefox reads nothing after a minus sign."""
    last = cookie.counted(b"max-age") or b""
    return bool(last) and not last.startswith(b"-") and not last.isdigit()


def _repeated(case: Case) -> Iterator[tuple[str, str]]:
    """Values that are too long, then values that took the place of an earlier one."""
    kept: dict[bytes, bytes] = {}
    overwritten: list[str] = []
    for name, value in case.cookie.attributes:
        key = name.lower()
        if key not in _KEPT:
            continue
        if len(value or b"") > MAX_ATTRIBUTE:
            yield "CookieAttributeIgnored", key.decode()
            continue
        if kept.get(key):
            overwritten.append(key.decode())
        kept[key] = value or b""
    for attribute in overwritten:
        yield "CookieAttributeOverwritten", attribute

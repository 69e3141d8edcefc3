"""The fields that servers get wrong, made at random: mostly right, each wrong in the ways that are seen in the wild."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

Lines = list[list[str]]

_CREDENTIALS = ("True", "TRUE", "false", "", "1", "true, true", " true ", "true;")
_PREFIXES = ("", "", "", "", "__Host-", "__Secure-", "__Http-", "__Host-Http-", "__hOsT-", "__SeCure-")
_SAME_SITES = ("", "SameSite=None", "SameSite=None", "SameSite=Lax", "samesite=STRICT", "SameSite=foo", "SameSite")
_PATHS = ("", "", "Path=/", "Path=/", "Path=/", "path=/c", "Path=/other", "Path=c", "Path=")
_ODD_ATTRIBUTES = ("Max-Age=60", "Max-Age=abc", "x=y", "a=\x01", "a=\t", "Path=/" + "p" * 1024, "Secure=no", ";")
_ODD_VALUES = ("", "a=b", '"q"', "a b", "a,b", "\x01", "a\tb", "\xe9", "\x7f", "x" * 4080)
_ODD_PAIRS = ("=@", "@", "=@=b", "=", "", "=__Host-@", "@ = 1 ", "@\x01=1", "__Host-@")


def _lines(random: Random, name: str, good: Sequence[str], bad: Sequence[str], *, absent: float = 0.05) -> Lines:
    """The lines of one field: most often one with a good value, sometimes none, a bad one, or two of them."""
    if random.random() < absent:
        return []
    values = [random.choice(bad if random.random() < 0.1 else good) for _ in range(1 if random.random() < 0.97 else 2)]
    return [[name, text] for text in values]


def _noise(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choice(alphabet) for _ in range(random.randrange(length)))


def allow_origin(random: Random, origin: str, credentials: bool) -> Lines:
    """Access-Control-Allow-Origin and -Credentials for this Origin."""
    noise = _noise(random, "htps:/.,*0[]@%?#| lo-", 12)
    bad = (
        "null", "", "none", origin + "/", origin + "/a", origin.upper(), f"{origin}, {origin}", f"{origin} {origin}",
        "*, *", "http://*", origin.rpartition(":")[0], "http://localhost:18089", f"http://{origin}", "\xe9",
        "*" if credentials else "* ", noise, f"http:{noise}", f"http://localhost{noise}", f"x-y:{noise}",
    )  # fmt: skip
    origins = _lines(random, "Access-Control-Allow-Origin", [origin] if credentials else [origin, "*"], bad)
    allowed = _lines(
        random, "Access-Control-Allow-Credentials", ["true"], _CREDENTIALS, absent=0.05 if credentials else 0.6
    )
    return origins + allowed


def _lists(random: Random, name: str, good: Sequence[str], wanted: Sequence[str], *, absent: float) -> Lines:
    joined = ", ".join(wanted)
    bad = (
        joined.lower(), joined.upper(), ", ".join(wanted[1:]), f"{joined},", f",,{joined}", f"{joined} ; x",
        f"{joined}\t", joined.replace(",", " "), f'"{joined}"', f"{joined}, \xe9", "*, x-foo", "*", "GET,\tPUT", "",
        _noise(random, "abP,/ \t\"*;=-", 6),
    )  # fmt: skip
    return _lines(random, name, good, bad, absent=absent)


def allow_methods(random: Random, method: str) -> Lines:
    """Access-Control-Allow-Methods for this method."""
    # fetch and XHR send these in upper case, however the page spells them (Fetch, "normalize a method")
    sent = method.upper() if method.upper() in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else method
    good = [sent, f"GET, {sent}", f"{sent},HEAD"]
    absent = 0.6 if sent in ("GET", "HEAD", "POST") else 0.05
    return _lists(random, "Access-Control-Allow-Methods", good, [sent, "X"], absent=absent)


def allow_headers(random: Random, names: Sequence[str], credentials: bool) -> Lines:
    """Access-Control-Allow-Headers for these request headers."""
    joined = ", ".join(names)
    good = [joined, joined.lower(), f"X-Other,{joined}", joined if credentials else "*"]
    return _lists(random, "Access-Control-Allow-Headers", good, names, absent=0.05)


def expose(random: Random) -> Lines:
    """Access-Control-Expose-Headers for X-Seen."""
    return _lists(
        random, "Access-Control-Expose-Headers", ["X-Seen", "x-seen, X-None", "*"], ["X-Seen", "b"], absent=0.3
    )


def set_cookie(random: Random, host: str) -> list[str]:
    """Up to two set-cookie-strings of this host; an `@` stands for what is the cookie's own in its name."""
    return [_cookie(random, host) for _ in range(random.choice([0, 0, 1, 1, 2]))]


def _cookie(random: Random, host: str) -> str:
    parent = host.partition(".")[2] or host
    domains = (host, f".{host}", host.upper(), parent, parent, f".{parent}", "test", "other.test", "", ".", f"x{host}")
    attributes = [
        random.choice(["", "Secure"]),
        random.choice(_SAME_SITES),
        random.choice(["", "", "HttpOnly"]),
        random.choice(_PATHS),
        f"Domain={random.choice(domains)}" if random.random() < 0.3 else "",
        "Partitioned" if random.random() < 0.12 else "",
        random.choice(_ODD_ATTRIBUTES) if random.random() < 0.1 else "",
    ]
    random.shuffle(attributes)
    value = random.choice(_ODD_VALUES) if random.random() < 0.15 else "1"
    pair = random.choice(_ODD_PAIRS) if random.random() < 0.07 else f"{random.choice(_PREFIXES)}@={value}"
    return "; ".join([pair, *filter(None, attributes)])

"""A chain of middlewares, such as a dev server's proxy entries: asked what it sends where, and told as routes.

Known: the project's own http-proxy-middleware takes a path by its context, its mount, a function, and makes of it what
its version does. `loaders/chain.mjs` asks the real one, and sends nothing. Wanted: for each middleware the patterns
that take the same paths and the rules that make the same of them. Both are guessed from what the config says, tried,
and kept only where every trial agrees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .evaluating import Function, Session
from .model import Source

DATA = {"accept": "application/json, text/plain, */*", "sec-fetch-dest": "empty"}
PAGE = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "sec-fetch-dest": "document"}
_SCHEMES = {"ws": "http", "wss": "https"}
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a request: the number of the middleware that took it, and where it would have been sent.

    `origin` is None where the middleware answered by itself, or threw. `host` is the Host field.
    """

    step: int | None = None
    origin: str | None = None
    path: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One middleware as the config has it. contexts: texts and functions that say which paths it takes (none: all).
    mounts: paths that the app calls it for. known: whether it is http-proxy-middleware's.
    """

    number: int
    name: str
    source: Source
    place: Callable[[str], Source]
    contexts: tuple[Any, ...]
    mounts: tuple[str, ...]
    options: Mapping[str, Any]
    known: bool = True

    @property
    def router(self) -> Mapping[str, Any]:
        """The table of targets by path or host, empty where it is none."""
        router = self.options.get("router")
        return router if isinstance(router, Mapping) else {}

    @property
    def texts(self) -> list[str]:
        """What may name paths: the text of functions, keys of tables."""
        functions = [*self.contexts, *(self.options.get(name) for name in ("pathRewrite", "router"))]
        rewrite = self.options.get("pathRewrite")
        keys = [*(rewrite if isinstance(rewrite, Mapping) else ()), *self.router]
        return [each.source for each in functions if isinstance(each, Function)] + [f"'{key}'" for key in keys]


class Chain:
    """The middlewares of a config, to be asked. globs: what the tool makes of each glob, as an expression."""

    def __init__(self, session: Session, ask: Function, globs: Mapping[str, str]) -> None:
        self._session = session
        self._ask = ask
        self.globs = globs

    def asked(
        self,
        paths: Iterable[str],
        *,
        only: int | None = None,
        method: str = "GET",
        fields: Mapping[str, str] = DATA,
    ) -> list[Sent]:
        """What becomes of requests for these targets; by one middleware alone, if its number is given."""
        requests = [{"url": path, "method": method, "headers": dict(fields)} for path in paths]
        told = self._session.call(self._ask, requests, only)
        return [
            Sent(each.get("step"), each.get("origin"), each.get("path", ""), each.get("host") or "") for each in told
        ]


def origin_of(url: str) -> str:
    """The origin of a target as `Sent` has it: `ws` is `http`, a port that goes without saying is not said."""
    parts = urlsplit(url)
    scheme = _SCHEMES.get(parts.scheme, parts.scheme)
    port = "" if parts.port in (None, _PORTS.get(scheme)) else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{scheme}://{host}{port}"


def base_of(url: str) -> str:
    """The path of a target, which http-proxy puts before the request's, without a slash at its end."""
    return urlsplit(url).path.rstrip("/")


def literal_of(expression: str) -> str | None:
    """The path that a key of `pathRewrite` begins with, such as `/api/old` of `^/api/old/(.*)`; None for no path."""
    found = re.match(r"\^?((?:\\?[/.~%@:_-]|[\w](?![*?{]))+)", expression)
    text = found[1].replace("\\", "") if found else ""
    return text.rstrip("/") or None if text.startswith("/") else None


def is_under(path: str, prefix: str) -> bool:
    """Whether a path is the prefix or stands below it."""
    bare = prefix.rstrip("/")
    return path == bare or path.startswith((f"{bare}/", f"{bare}?"))


def shortest(patterns: Sequence[str]) -> list[str]:
    """The patterns without those that another one contains, and each only once."""
    once = list(dict.fromkeys(patterns))
    return [
        each for each in once if not any(each.startswith(f"{other.rstrip('/')}/") for other in once if other != each)
    ]

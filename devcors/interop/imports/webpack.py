"""webpack's `devServer.proxy`, as webpack-dev-server and its own http-proxy-middleware understand it.

Known (webpack-dev-server 3 to 5): a list of http-proxy-middleware's options with `context` and `bypass`; before version
5 also an object of contexts, whose `/api/*` is `/api`. The first entry that takes a request counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devcors.errors import ConfigError
from devcors.interop.files import read_text
from devcors.interop.frontends import front_of
from devcors.interop.packages import Package

from .chain import Chain, Step
from .evaluating import Session
from .model import Imported
from .options import WEBPACK, Row
from .places import Places
from .steps import entries_of

_STEMS = ("webpack.config", "webpack.dev", "webpack.config.dev", "config/webpack.dev")
FILES = tuple(f"{stem}.{suffix}" for stem in _STEMS for suffix in ("js", "mjs", "cjs", "ts", "cts", "mts"))
"""webpack looks for the first stem alone; the others are how people name what their scripts give to --config."""

FORMS = (
    Row("'/api': 'http://…'", '`"/api" = { target = … }`', "webpack-dev-server 3 and 4; `/api/*` is `/api`"),
    Row("[{ context: ['/api', '/auth'], target: … }]", '`"/api"`, `"/auth"`', "a route for each path"),
    Row("context: '/api/**'", '`"/api"`', "names that begin with a dot are taken, too"),
    Row("context: '/api/*.json', '!/api/old/*'", "an expression", "as the project's own micromatch makes it"),
    Row("context: (path, req) => …", "the paths in its text", "tried; a condition on the method becomes `match`"),
    Row("function () { return { … } }", "as what it returns", "called once"),
    Row("an entry behind another with its paths", "none", "it is never reached, and said to be"),
    Row("devServer.port, host, server", "`frontend`", "unless the start script names a port"),
)  # fmt: skip


def config_file(folder: Path) -> str | None:
    """The config that the start script names, else one of the usual names; None where there is none."""
    named = _flags(folder, "--config", "-c")
    files = [*(each.removeprefix("./") for each in named), *FILES]
    return next((file for file in files if (folder / file).is_file()), None)


def _flags(folder: Path, *names: str) -> list[str]:
    """What the start script gives as these options of webpack-cli."""
    package = Package.read(folder)
    started = package.scripts.get(package.start_script(("webpack serve", "webpack-dev-server")) or "", "")
    either = "|".join(map(re.escape, names))
    return re.findall(rf"(?<!\S)(?:{either})(?:=|\s+)[\"']?([^\s\"']+)", started)


def _environment(folder: Path) -> dict[str, Any]:
    """`--env a --env b=c` as webpack-cli hands it to a config that is a function."""
    pairs = [flag.partition("=") for flag in _flags(folder, "--env")]
    return {name: value if mark else True for name, mark, value in pairs}


def read(folder: Path, file: str, session: Session) -> Imported:
    """The proxy settings of a config in the folder. Raises ConfigError where it cannot be had, or has none."""
    mode = next(iter(_flags(folder, "--mode")), None)
    loaded = session.load("webpack", folder, file, env=_environment(folder), mode=mode)
    places = Places(file, read_text(folder / file))
    if not loaded["entries"]:
        hint = "routes of devcors are written by hand then: see docs/config.md"
        raise ConfigError("there is no devServer.proxy in it", where=str(places.section("devServer")), hint=hint)
    chain = Chain(session, loaded["ask"], loaded["globs"])
    steps = steps_of(loaded["entries"], places)
    frontend = front_of(folder, frontend_of(loaded["server"], 8080))
    return Imported(WEBPACK, file, frontend, entries_of(chain, steps, WEBPACK, session, frontend))


def steps_of(entries: list[Mapping[str, Any]], places: Places) -> list[Step]:
    """The entries of a list of proxies, with their places in the file."""
    steps: list[Step] = []
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries):
        contexts = contexts_of(entry.get("context"))
        name = str(entry.get("name") or named(contexts, entry["options"]))
        first = str(entry.get("name") or next((each for each in contexts if isinstance(each, str)), name))
        at = seen.setdefault(first, 0)
        seen[first] += 1
        source = places.entry(first, at)
        steps.append(Step(number, name, source, places.after(source), contexts, (), entry["options"]))
    return steps


def contexts_of(context: Any) -> tuple[Any, ...]:
    """A context as a tuple: one, several, or none."""
    return () if context is None else tuple(context) if isinstance(context, list) else (context,)


def named(contexts: tuple[Any, ...], options: Mapping[str, Any]) -> str:
    """What to call an entry that has no name: its paths."""
    texts = [each if isinstance(each, str) else "a function" for each in contexts]
    return ", ".join(texts) or str(options.get("target") or "/")


def frontend_of(server: Mapping[str, Any], usual: int) -> str | dict[str, Any] | None:
    """Where a webpack-dev-server listens, as far as the config says."""
    port, host = server.get("port"), server.get("host")
    kind = server.get("server")
    kind = kind.get("type") if isinstance(kind, Mapping) else kind
    secure = kind in ("https", "spdy", "http2") or (server.get("https") or False) is not False
    number = int(port) if isinstance(port, (int, str)) and str(port).isdigit() else None
    if number is None and not secure:
        return None
    name = host if isinstance(host, str) and not host.startswith(("0.", "::", "local-", "127.")) else "localhost"
    url = f"{'https' if secure else 'http'}://{name}:{number or usual}"
    return {"target": url, "verify": False} if secure else url

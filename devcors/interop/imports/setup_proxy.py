"""http-proxy-middleware in Create React App's `src/setupProxy.js`, and its `"proxy"` in package.json.

Known (react-scripts 2 to 5): `setupProxy.js` exports a function that is called with the Express app of the dev server;
what it puts there comes from the project's own http-proxy-middleware, version 0 to 4. `"proxy"` is one URL: all goes
there that asks for no page and is no file of the front end. react-scripts 1 had an object of contexts there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devcors.errors import ConfigError
from devcors.interop.files import read_text

from .chain import Chain, Step
from .evaluating import Session
from .model import Entry, Imported, Remark
from .options import CRA, HPM, take_options
from .places import Places
from .steps import entries_of
from .webpack import contexts_of

FILES = ("src/setupProxy.js",)
PACKAGE = "package.json"

# The dev server's own: the bundle, what is made anew when a file changes, and the socket that says so. What a page
# fetches is told from what the browser itself asks for by Sec-Fetch-Dest (W3C Fetch Metadata, section 2.1).
_OWN = r"^/(?!(?:static|sockjs-node|ws)(?:/|$)|[^?]*\.hot-update\.js(?:on)?$)"
_FETCHED = {"headers": {"Sec-Fetch-Dest": "empty"}}
_METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]


def read(folder: Path, file: str, session: Session) -> Imported:
    """The proxies of a module that is called with an app. Raises ConfigError where it cannot be had, or has none."""
    places = Places(file, read_text(folder / file))
    loaded = session.load("setup-proxy", folder, file)
    if not loaded["entries"]:
        raise ConfigError("it gives the app no middleware", where=file, hint="routes can be written by hand, too")
    chain = Chain(session, loaded["ask"], loaded["globs"])
    steps = [_step(number, entry, places) for number, entry in enumerate(loaded["entries"])]
    entries = entries_of(chain, steps, HPM, session)
    given = _proxy(folder)
    more = package_entries(given) if isinstance(given, str) else ()
    return Imported(CRA, file, None, (*entries, *more))


def _step(number: int, entry: Mapping[str, Any], places: Places) -> Step:
    options = dict(entry["options"])
    context = entry.get("context")
    mounts = tuple(str(each) for each in entry["mounts"])
    if isinstance(context, str) and "://" in context:  # version 2 and before: context and target in one
        parts = urlsplit(context)
        options.setdefault("target", f"{parts.scheme}://{parts.netloc}")
        context = parts.path or "/"
    contexts = contexts_of(context if context is not None else options.get("pathFilter"))
    source = places.at_line(entry["line"]) if entry.get("file") == places.file else places.entry(next(iter(mounts), ""))
    texts = [each if isinstance(each, str) else "a function" for each in contexts]
    name = " ".join(filter(None, (", ".join(mounts), ", ".join(texts)))) or str(options.get("target") or "/")
    known = bool(entry.get("known"))
    return Step(number, name, source, places.after(source), contexts, mounts, options, known)


def _proxy(folder: Path) -> Any:
    try:
        package = json.loads(read_text(folder / PACKAGE) or "{}")
    except ValueError as error:
        raise ConfigError(f"syntax error: {error}", where=PACKAGE) from error
    return package.get("proxy") if isinstance(package, dict) else None


def read_package(folder: Path, file: str, _session: Session) -> Imported:
    """`"proxy"` of package.json, for which nothing is run. Raises ConfigError where there is none."""
    given = _proxy(folder)
    if not isinstance(given, str):
        hint = "src/setupProxy.js is where react-scripts 2 and later have more than one target"
        raise ConfigError('there is no "proxy" in it that is a URL', where=file, hint=hint)
    return Imported(CRA, file, None, package_entries(given, Places(file, read_text(folder / file))))


def package_entries(given: str, places: Places | None = None) -> tuple[Entry, ...]:
    """The one entry that the URL is: all but the front end's own files and pages."""
    places = places or Places(PACKAGE, "")
    source = places.entry("proxy")
    options = {"target": given, "changeOrigin": True, "secure": False, "xfwd": True}
    table, remarks = take_options(options, CRA, lambda _: source)
    if "target" not in table:
        return (Entry("proxy", source, (), tuple(remarks)),)
    routes = tuple((_OWN, {**table, "match": match}) for match in ({"methods": _METHODS}, _FETCHED))
    text = (
        "what a page fetches goes there, and every other method than GET; an image or a download that the backend has "
        "needs a route of its own"
    )
    return (Entry("proxy", source, routes, (*remarks, Remark("", text, source))),)

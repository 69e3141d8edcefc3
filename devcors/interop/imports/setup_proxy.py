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
from devcors.interop.files import at, read_json, read_text

from .chain import Chain, Step
from .evaluating import Session
from .model import Entry, Imported, Remark, Source
from .options import CRA, HPM, Row, take_options
from .places import Places
from .steps import entries_of
from .webpack import contexts_of

FILES = ("src/setupProxy.js",)
PACKAGE = "package.json"

HPM_FORMS = (
    Row("app.use('/api', createProxyMiddleware({ … }))", '`"/api" = { target = … }`',
        "versions 0 to 2 send the whole path; from version 3 on what the mount took is gone, `rewrite` does the same"),
    Row("createProxyMiddleware('/api', { … })", '`"/api" = { target = … }`', "versions 0 to 2"),
    Row("createProxyMiddleware('http://…/api')", '`"/api" = "http://…"`', "versions 0 to 2: the path of the URL"),
    Row("pathFilter: ['/api', '/auth']", '`"/api"`, `"/auth"`', "versions 3 and 4: the path behind the mount"),
    Row("'/api/**'", '`"/api"`', "names that begin with a dot are taken, too"),
    Row("'/api/*.json', '!/api/old/*'", "an expression", "as the project's own micromatch makes it"),
    Row("(path, req) => …", "the paths in its text", "tried; a condition on the method becomes `match`"),
    Row("app.get(…), app.post(…)", "`match.methods`", ""),
    Row("other middlewares", "a route where they send a request on", "what they answer themselves is left out"),
)  # fmt: skip
CRA_FORMS = (
    Row('"proxy": "http://…"', "routes with `match`",
        "what a page fetches (`Sec-Fetch-Dest: empty`) and every method but GET; the dev server's own paths stay"),
    Row("src/setupProxy.js", "as [http-proxy-middleware](http-proxy-middleware.md)",
        "called with an app that notes what it is given; .env files are read first"),
)  # fmt: skip

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
        hint = "routes can be written by hand, too"
        raise ConfigError("it gives the app no middleware", where=str(places.at_line(1)), hint=hint)
    chain = Chain(session, loaded["ask"], loaded["globs"])
    steps = [_step(number, entry, places) for number, entry in enumerate(loaded["entries"])]
    entries = entries_of(chain, steps, HPM, session)
    given = _proxy(folder)
    more = one_url(given, CRA, Places(PACKAGE, read_text(folder / PACKAGE)).entry("proxy")) if given else ()
    return Imported(CRA, file, None, (*entries, *more))


def _step(number: int, entry: Mapping[str, Any], places: Places) -> Step:
    options = dict(entry["options"])
    context = entry.get("context")
    mounts = tuple(str(each) for each in entry["mounts"])
    if isinstance(context, str) and "://" in context:  # version 2 and before: context and target in one
        parts = urlsplit(context)
        options.setdefault("target", f"{parts.scheme}://{parts.netloc}")
        context = parts.path or "/"
    old = str(entry.get("version") or "3").split(".")[0] in ("0", "1", "2")
    contexts = contexts_of(options.get("pathFilter") if context is None and not old else context)
    source = places.at_line(entry["line"]) if entry.get("file") == places.file else places.entry(next(iter(mounts), ""))
    texts = [each if isinstance(each, str) else "a function" for each in contexts]
    name = " ".join(filter(None, (", ".join(mounts), ", ".join(texts)))) or str(options.get("target") or "/")
    known = bool(entry.get("known"))
    return Step(number, name, source, places.after(source), contexts, mounts, options, known)


def is_create_react_app(folder: Path) -> bool:
    """Whether the project is one of Create React App."""
    package = read_json(folder / PACKAGE)
    return any("react-scripts" in at(package, key) for key in ("dependencies", "devDependencies"))


def has_proxy(folder: Path) -> bool:
    """Whether the project is one of Create React App that has a URL as its `"proxy"`."""
    return isinstance(at(read_json(folder / PACKAGE)).get("proxy"), str) and is_create_react_app(folder)


def _proxy(folder: Path) -> str | None:
    try:
        package = json.loads(read_text(folder / PACKAGE) or "{}")
    except ValueError as error:
        raise ConfigError(f"syntax error: {error}", where=PACKAGE) from error
    given = package.get("proxy") if isinstance(package, dict) else None
    return given if isinstance(given, str) else None


def read_package(folder: Path, file: str) -> Imported:
    """`"proxy"` of package.json, for which nothing is run. Raises ConfigError where there is none."""
    given = _proxy(folder)
    if given is None:
        hint = "src/setupProxy.js is where react-scripts 2 and later have more than one target"
        raise ConfigError('there is no "proxy" in it that is a URL', where=f"{file}:1", hint=hint)
    return Imported(CRA, file, None, one_url(given, CRA, Places(file, read_text(folder / file)).entry("proxy")))


def one_url(given: str, tool: str, source: Source) -> tuple[Entry, ...]:
    """The one entry that a URL for everything is: all but the front end's own files and pages."""
    options = {"target": given, "changeOrigin": True, "secure": False, "xfwd": True}
    table, remarks = take_options(options, tool, lambda _: source)
    if "target" not in table:
        return (Entry("proxy", source, (), tuple(remarks)),)
    routes = tuple((_OWN, {**table, "match": match}) for match in ({"methods": _METHODS}, _FETCHED))
    text = (
        "what a page fetches goes there, and every other method than GET; an image or a download that the backend has "
        "needs a route of its own"
    )
    return (Entry("proxy", source, routes, (*remarks, Remark("", text, source))),)

"""Angular's proxy file (`proxy.conf.json`, `.js`, `.mjs`), which angular.json names.

Known: since version 17 the dev server is Vite, and the builder makes Vite's `server.proxy` of the file: a list of
contexts becomes an object, a glob an expression, `pathRewrite` a function. The older builder (`…:browser`) hands the
file to webpack-dev-server. The builder's own loader makes what is read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from devcors.errors import ConfigError, PatternError
from devcors.interop.files import at, read_json, read_text
from devcors.interop.frontends import front_of

from .chain import Chain
from .evaluating import Function, Session
from .expressions import to_python
from .middleware import Options, routes_of
from .model import Entry, Imported, Remark, Source
from .options import ANGULAR, Row
from .ordering import in_order
from .places import Places
from .steps import Frontend, entries_of
from .vite import pattern_of, sent_by
from .webpack import steps_of

WORKSPACE = "angular.json"
FILES = tuple(f"{folder}proxy.conf{suffix}" for folder in ("", "src/") for suffix in (".json", ".js", ".mjs", ".cjs"))
"""Where the file is looked for when angular.json names none."""
_WEBPACK = re.compile(r"@angular-devkit/build-angular:browser$|@angular-builders/custom-webpack:browser$")
_WHOLE_GLOB = re.compile(r"(/[^*?{}()\[\]!]*?)/?\*\*(?:/\*)?")

FORMS = (
    Row('"/api": { "target": … }', '`"/api" = { target = … }`', "with the keys of the options below"),
    Row('"/api/**": { … }', '`"/api"`', "names that begin with a dot are taken, too"),
    Row('"/api/*": { … }', "an expression", "since version 17 a star is one segment, as in the expression of Angular"),
    Row("[{ context: ['/api', '/auth'], … }]", '`"/api"`, `"/auth"`', "Angular takes no context that is no list"),
    Row('"^/api": { … }', "an expression", "in Python's words"),
    Row("a file for `@angular-devkit/build-angular:browser`", "as [webpack](webpack.md)", "whose dev server it is"),
    Row("angular.json `serve.options.proxyConfig`", "the file", "also of the default configuration"),
    Row("angular.json `serve.options.port`", "`frontend`", "unless the start script names a port"),
)  # fmt: skip


def proxy_file(folder: Path) -> str | None:
    """The proxy file of the workspace in the folder, relative to it; None where there is none."""
    named = next((path for path in _named(folder)), None)
    files = FILES if named is None else (named.removeprefix("./"), *FILES)
    return next((file for file in files if (folder / file).is_file()), None)


def read(folder: Path, file: str, session: Session) -> Imported:
    """The proxies of a file in the folder of the workspace. Raises ConfigError where they cannot be had."""
    places = Places(file, read_text(folder / file))
    frontend = front_of(folder, _frontend(folder))
    if _is_webpack(folder):
        loaded = session.load("angular", folder, file, webpack=True)
        chain = Chain(session, loaded["ask"], loaded["globs"])
        steps = steps_of(loaded["entries"], places)
        return Imported(ANGULAR, file, frontend, entries_of(chain, steps, ANGULAR, session, frontend))
    loaded = session.load("angular", folder, file)
    skipped = [_skipped(places.entry(name), name) for name in loaded["skipped"]]
    if not loaded["proxy"]:
        hint = 'an entry of a list has its paths in "context", which is a list'
        raise ConfigError("there is no entry in it that Angular takes", where=str(places.at_line(1)), hint=hint)
    sent = sent_by(loaded["vite"])
    entries = [_entry(each, places, session, frontend, sent) for each in loaded["proxy"]]
    return Imported(ANGULAR, file, frontend, (*in_order(entries), *skipped))


def _skipped(source: Source, name: str) -> Entry:
    text = 'Angular passes over an entry of a list whose "context" is no list: there is no route for it there, either'
    return Entry(name, source, (), (Remark("context", text, source),))


def _entry(
    given: Mapping[str, Any], places: Places, session: Session, frontend: Frontend, sent: Callable[[str], str]
) -> Entry:
    name, value = str(given["name"]), given["options"]
    source = places.entry(name)
    place = places.after(source)
    options = {"target": value, "changeOrigin": True} if isinstance(value, str) else value
    if not isinstance(options, Mapping):
        return Entry(name, source, (), (Remark("", "it is neither a URL nor options", source),))
    try:
        pattern = _pattern(name, str(given["context"]))
    except PatternError as error:
        return Entry(name, source, (), (Remark("", error.message, source),))
    rewrite = options.get("rewrite")
    option = "rewrite" if "rewrite(" in places.text or "rewrite:" in places.text else "pathRewrite"
    texts = tuple(f"'{key}'" for key in given.get("texts", ()))
    function = rewrite if isinstance(rewrite, Function) else None
    given_options = Options(ANGULAR, options, place, function, option, sent, frontend=frontend, texts=texts)
    routes, remarks = routes_of(pattern, given_options, session)
    if isinstance(options.get("pathRewrite"), Function):
        text = "Angular's dev server takes no function here and does nothing with it, and so does the route"
        remarks.append(Remark("pathRewrite", text, place("pathRewrite")))
    return Entry(name, source, routes, tuple(remarks))


def _pattern(name: str, context: str) -> str:
    """The pattern for a context, which for a glob is the expression that Angular made of it. Raises PatternError."""
    if name == context:
        return pattern_of(context)
    if whole := _WHOLE_GLOB.fullmatch(name):
        return pattern_of(whole[1] or "/")
    expression = to_python(context if context.startswith("^") else f"^{context}")
    if expression is None:
        raise PatternError("devcors has no pattern for this glob")
    return expression


# -- angular.json --------------------------------------------------------------------------------------------------


def _projects(folder: Path) -> Iterator[Mapping[str, Any]]:
    for project in at(read_json(folder / WORKSPACE), "projects").values():
        targets = at(project, "architect") or at(project, "targets")
        if targets:
            yield targets


def _named(folder: Path) -> Iterator[str]:
    for targets in _projects(folder):
        serve = at(targets, "serve")
        configurations = at(serve, "configurations")
        usual = serve.get("defaultConfiguration")
        order = [*([configurations.get(usual)] if isinstance(usual, str) else []), serve.get("options")]
        for options in (*order, *configurations.values()):
            if isinstance(options, Mapping) and isinstance(path := options.get("proxyConfig"), str):
                yield path


def _is_webpack(folder: Path) -> bool:
    builders = [str(at(targets, "build").get("builder", "")) for targets in _projects(folder)]
    return any(_WEBPACK.search(builder) for builder in builders[:1])


def _frontend(folder: Path) -> str | None:
    for targets in _projects(folder):
        port = at(targets, "serve", "options").get("port")
        if isinstance(port, int):
            return f"http://localhost:{port}"
    return None

"""Vue CLI's `devServer.proxy` and Rsbuild's `server.proxy`, both of which are webpack's form with other defaults.

Known (Vue CLI 3 to 5): an object of contexts, each an expression that is searched in the path, or one URL for all that
asks for no page; `changeOrigin`, `ws` and `xfwd` are on, `secure` is off. Rsbuild 1 and 2: an object or a list, with
`changeOrigin` on.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from devcors.errors import ConfigError
from devcors.interop.files import read_text
from devcors.interop.frontends import front_of

from .chain import Chain, Step
from .evaluating import Session
from .model import Entry, Imported, Remark
from .options import RSBUILD, VUE, Row
from .places import Places
from .setup_proxy import one_url
from .steps import entries_of
from .webpack import FORMS as WEBPACK_FORMS
from .webpack import frontend_of, steps_of

VUE_FILES = tuple(f"vue.config.{suffix}" for suffix in ("js", "cjs", "mjs", "ts"))
RSBUILD_FILES = tuple(f"rsbuild.config.{suffix}" for suffix in ("mjs", "ts", "js", "cjs", "mts", "cts"))
"""In the order in which Rsbuild looks for them."""

VUE_FORMS = (
    Row("proxy: 'http://…'", "routes with `match`", "what a page fetches, and every other method than GET"),
    Row("'^/api': { target: … }", '`"/api" = { target = … }`', "a context is looked for at the start of the path only"),
    Row("the defaults", "`forwarded`", "`changeOrigin`, `ws` and `xfwd` are on in Vue CLI, `secure` is off"),
)
RSBUILD_FORMS = (
    Row("'/api': 'http://…'", '`"/api" = "http://…"`', "`changeOrigin` is on in Rsbuild"),
    *WEBPACK_FORMS[1:],
)


def read_vue(folder: Path, file: str, session: Session) -> Imported:
    """The proxies of a vue.config in the folder. Raises ConfigError where they cannot be had, or there are none."""
    loaded = session.load("vue", folder, file)
    places = Places(file, read_text(folder / file))
    frontend = front_of(folder, frontend_of(loaded["server"], 8080))
    if isinstance(loaded["proxy"], str):
        return Imported(VUE, file, frontend, one_url(loaded["proxy"], VUE, places.entry("proxy")))
    if not loaded["entries"]:
        raise _without("devServer.proxy", places.section("devServer"))
    chain = Chain(session, loaded["ask"], loaded["globs"])
    steps = steps_of(loaded["entries"], places)
    entries = entries_of(chain, steps, VUE, session, frontend)
    told = tuple(_anywhere(chain, step, entry) for step, entry in zip(steps, entries, strict=True))
    return Imported(VUE, file, frontend, told)


def _anywhere(chain: Chain, step: Step, entry: Entry) -> Entry:
    """Says of an entry that it takes its context anywhere in a path."""
    inside = [f"/qz7{pattern}/x" for pattern, _ in entry.routes if pattern.startswith("/")]
    if not inside or not any(sent.origin for sent in chain.asked(inside, only=step.number)):
        return entry
    text = f"Vue CLI takes {inside[0]}, too, since it looks for the context anywhere; write ^{step.contexts[0]} there"
    return replace(entry, remarks=(*entry.remarks, Remark("", text, entry.source)))


def read_rsbuild(folder: Path, file: str, session: Session) -> Imported:
    """The proxies of an rsbuild.config. Raises ConfigError where they cannot be had, or there are none."""
    loaded = session.load("rsbuild", folder, file)
    places = Places(file, read_text(folder / file))
    if not loaded["entries"]:
        raise _without("server.proxy", places.section("server"))
    chain = Chain(session, loaded["ask"], loaded["globs"])
    steps = steps_of(loaded["entries"], places)
    frontend = front_of(folder, frontend_of(loaded["server"], 3000))
    return Imported(RSBUILD, file, frontend, entries_of(chain, steps, RSBUILD, session, frontend))


def _without(key: str, where: object) -> ConfigError:
    hint = "routes of devcors are written by hand then: see docs/config.md"
    return ConfigError(f"there is no {key} in it", where=str(where), hint=hint)

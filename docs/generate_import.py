"""The pages of docs/import, made from the code's own tables: `python docs/generate_import.py` from the checkout.

What each option becomes stands in `options`, what differs on purpose in `better`, how a tool's entries are read in its
own module (`FORMS`). A test makes sure that the pages are what this makes of them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from devcors.interop.imports import angular, bundlers, nuxt, options, setup_proxy, vite, webpack  # noqa: E402
from devcors.interop.imports.better import BETTER  # noqa: E402
from devcors.interop.imports.nextjs import forms, reading  # noqa: E402
from devcors.interop.imports.options import Row  # noqa: E402


class Page(NamedTuple):
    """A tool's page: its name in `options`, what is read and how, and the forms that its entries have.

    options: where they are not http-proxy's. without: what becomes of an entry or option without a key.
    """

    tool: str
    what: str
    forms: tuple[Row, ...]
    options: tuple[Row, ...] | None = None
    without: str = "What has no key is left out, and said to be where it is used."


PAGES = {
    "vite": Page(
        options.VITE,
        "`server.proxy` of `vite.config.js`, `.mjs`, `.ts`, `.cjs`, `.mts` or `.cts` is taken over, as the "
        "project's own Vite loads it: with its imports, its env files, as an object, a function of the mode (that "
        "of the start script, else `development`) or a promise. The tests compare devcors with Vite 7 and 8.",
        vite.FORMS,
    ),
    "nuxt": Page(
        options.NUXT,
        "Of `nuxt.config.js`, `.mjs`, `.ts` and so on, `proxy` in `routeRules`, `nitro.devProxy` and "
        "`vite.server.proxy` are taken over, as the project's own Nuxt loads the file: with its layers, its env files, "
        "and what is for development only; of a `nitro.config` of a project without Nuxt, the first two. The tests "
        "load configs with the loaders of Nuxt 4 and Nitro 2, and compare devcors with the parts that Nitro proxies "
        "with: h3, radix3 and httpxy.",
        nuxt.FORMS,
        (*options.rows_for(options.NUXT), *nuxt.RULE_OPTIONS),
    ),
    "next": Page(
        reading.TOOL,
        "`rewrites()` of `next.config.js`, `.mjs`, `.ts`, `.mts` or `.cjs` is taken over, as the project's own Next "
        "loads it: with its imports, its env files, as an object or a function of the phase. Rewrites to another "
        "server become routes. All others stay with Next, and go on working: devcors hands what it does not take to "
        "the front end, which is Next. The tests compare devcors with Next.js 16.",
        forms.FORMS,
        forms.OPTIONS,
        "What has no key stays with Next, which is said where it is used.",
    ),
    "webpack": Page(
        options.WEBPACK,
        "`devServer.proxy` of `webpack.config.js`, `.mjs`, `.cjs`, `.ts`, `.cts` or `.mts` is taken over: an "
        "object, a list of which one has a `devServer`, a function of `env` and `argv`, or a promise; TypeScript "
        "by the compiler that the project has. The project's own http-proxy-middleware is asked what it does with "
        "each path, and sends nothing. The tests compare devcors with webpack-dev-server 5, and 4 for the object "
        "of contexts that it had.",
        webpack.FORMS,
    ),
    "http-proxy-middleware": Page(
        options.HPM,
        "What `src/setupProxy.js` of Create React App gives its app is taken over, and so is any module that "
        "exports a function of an app, or a middleware, under that name. The project's own http-proxy-middleware, "
        "version 0 to 4, is asked what it does with each path, and sends nothing. The tests compare devcors with "
        "versions 2, 3 and 4 in an Express app.",
        setup_proxy.HPM_FORMS,
    ),
    "create-react-app": Page(
        options.CRA,
        '`src/setupProxy.js` and `"proxy"` of package.json are taken over. Of package.json nothing is run. The tests '
        "compare devcors with what react-scripts 5 makes of both, in webpack-dev-server 4, with http-proxy-"
        "middleware 0 to 4.",
        setup_proxy.CRA_FORMS,
    ),
    "angular": Page(
        options.ANGULAR,
        "The proxy file that angular.json names is taken over (`proxy.conf.json`, `.js`, `.mjs` or `.cjs`; without"
        " a name there, these are looked for), by the loader of the project's own builder. The tests compare "
        "devcors with that loader of @angular/build 20 and the Vite that it feeds.",
        angular.FORMS,
    ),
    "vue-cli": Page(
        options.VUE,
        "`devServer.proxy` of `vue.config.js`, `.cjs`, `.mjs` or `.ts` is taken over, as Vue CLI's own service "
        "prepares it. No test compares devcors with a running Vue CLI: what is below it, webpack-dev-server, is "
        "compared.",
        bundlers.VUE_FORMS,
    ),
    "rsbuild": Page(
        options.RSBUILD,
        "`server.proxy` of `rsbuild.config.*` is taken over, by Rsbuild's own loader and the http-proxy-middleware"
        " that is part of it. No test compares devcors with a running Rsbuild: what is below it, http-proxy-"
        "middleware, is compared.",
        bundlers.RSBUILD_FORMS,
    ),
}

_PAGE = """# Coming from {tool}

```sh
devcors import              # in the project's folder; devcors import path/to/it does as well
devcors import --dry-run    # prints the devcors.toml, writes nothing
```

{what}

The config is a program, and reading it runs it, with the project's own Node. devcors asks before it does so; `--yes`
says yes. Each entry is told with its line and what became of it; what cannot be a route is a comment in the file.
Functions are called with paths and requests made for the purpose; a rule is written only where it gives the same for
all of them. A `devcors.toml` that is there keeps its text and comments and gets the new routes; `--force` also replaces
routes of the same pattern.

## What becomes of each entry

| {tool} | devcors.toml | remark |
| --- | --- | --- |
{forms}

## What becomes of each option

| {tool} | key of the route | remark |
| --- | --- | --- |
{rows}

{without}

## What is otherwise, on purpose

The tests send the same requests through the other tool and through devcors with the imported config. These are the
only differences that they let pass:

| devcors | why |
| --- | --- |
{better}
"""


def page(name: str) -> str:
    """The text of one page."""
    made = PAGES[name]
    return _PAGE.format(
        tool=made.tool,
        what=made.what,
        forms="\n".join(map(_row, made.forms)),
        rows="\n".join(map(_row, made.options or options.rows_for(made.tool))),
        without=made.without,
        better="\n".join(f"| {each.what} | {each.why} |" for each in BETTER),
    )


def _row(row: Row) -> str:
    return f"| `{row.option}` | {row.key or 'none'} | {row.remark.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    for name in PAGES:
        (ROOT / "docs" / "import" / f"{name}.md").write_text(page(name), "utf-8")

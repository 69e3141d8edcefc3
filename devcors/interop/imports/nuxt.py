"""Nuxt's proxies: `proxy` of `routeRules`, `nitro.devProxy`, and Vite's `server.proxy` in a nuxt.config.

Known (Nuxt 3 and 4, Nitro 2): a rule is for a path, for one segment where it has `*` or `:name`, and for all below
where it ends in `/**`. All that match are put together, the more specific counts. `/**` at the end of a destination is
what the rule's `/**` took. An entry of devProxy is a prefix, which is taken away. Both are asked before all pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from devcors.errors import ConfigError
from devcors.interop.files import read_text
from devcors.interop.frontends import front_of

from . import vite
from .evaluating import Session
from .model import Entry, Imported, Remark, Routes
from .nextjs.destinations import NoRoute, Route
from .nextjs.ordering import Asked, arranged
from .nextjs.shapes import Reach, is_pattern
from .options import NUXT, Row, take_options
from .places import Places
from .probing import with_slash

FILES = tuple(f"nuxt.config.{suffix}" for suffix in ("js", "mjs", "cjs", "ts", "mts", "cts"))
NITRO = "Nitro"
NITRO_FILES = tuple(f"nitro.config.{suffix}" for suffix in ("js", "mjs", "cjs", "ts", "mts", "cts"))
FRONTEND = "http://localhost:3000"

_URL = re.compile(r"(https?://[^/?#]+)([^?#]*)(.*)", re.DOTALL)
_OF_RULE = frozenset({"to", "strip", "fetchOptions", "streamRequest", "sendStream", "onResponse", "fetch"})
_CACHES = ("swr", "isr", "cache")

FORMS = (
    Row(
        "'/api/**': { proxy: 'http://…/v1/**' }", '`/api`, `rewrite = "/v1"`', "without `/**` there, all go to one path"
    ),
    Row("'/health': { proxy: 'http://…/up' }", '`^/health/?$`, `rewrite = "/up"`', "a rule without `**` is one path"),
    Row("'/item/*': { proxy: 'http://…/**' }", "`^/item/[^/]+/?$`", "the path goes on whole"),
    Row("'/**': { proxy: … }", "stays with Nuxt", "it takes the front end's own files too"),
    Row("proxy: '/…'", "stays with Nuxt", "it leads to another path of the front end, which is no proxy's matter"),
    Row("redirect", "a route to the front end", "where it comes before a proxy"),
    Row("headers", "`headers.response`", "of a rule that is a proxy"),
    Row("cors", "nothing", 'page and backend are one origin; `cors = "inject"` for pages elsewhere'),
    Row("swr`, `isr`, `cache", "", "devcors keeps no responses"),
    Row(
        "nitro.devProxy['/api']",
        '`/api`, `rewrite = ""`',
        "the prefix is taken away, the path of the target put before",
    ),
    Row("vite.server.proxy", "as [from Vite](vite.md)", ""),
)
"""How an entry is read, for the page in docs/import."""

RULE_OPTIONS = (
    Row("fetchOptions`, `onResponse`, `fetch", "", "code of the project, or of its platform, sends the request"),
    Row("streamRequest`, `sendStream", "nothing", "bodies are streamed as they come"),
)


def read(folder: Path, file: str, session: Session) -> Imported:
    """The proxies of a nuxt.config in the folder. Raises ConfigError where it cannot be had, or has none."""
    return _read(folder, file, session, "nuxt", NUXT)


def read_nitro(folder: Path, file: str, session: Session) -> Imported:
    """The same of a nitro.config, for a project that is Nitro's alone."""
    return _read(folder, file, session, "nitro", NITRO)


def _read(folder: Path, file: str, session: Session, loader: str, tool: str) -> Imported:
    places = Places(file, read_text(folder / file))
    loaded = session.load(loader, folder, file)
    frontend = front_of(folder, _frontend(loaded)) or FRONTEND
    table = {"target": frontend} if isinstance(frontend, str) else frontend
    in_vite = vite.Reading(places, session, frontend, with_slash)
    rules = {path: rule for path, rule in _table(loaded.get("routeRules")).items() if isinstance(rule, Mapping)}
    entries = [
        *_by_dev_proxy(_table(loaded.get("devProxy")), places),
        *_by_rules(rules, str(loaded.get("baseURL") or "/"), places, table),
        *(in_vite.entry(context, value) for context, value in _table(loaded.get("vite")).items()),
    ]
    if not entries:
        hint = "routes of devcors are written by hand then: see docs/config.md"
        raise ConfigError("there is no proxy in it", where=str(places.section("routeRules")), hint=hint)
    return Imported(tool, file, frontend, tuple(entries))


def _table(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _frontend(loaded: Mapping[str, Any]) -> str | dict[str, Any]:
    """Where Nuxt listens, as its config says."""
    port = loaded.get("port")
    url = f"http://localhost:{port}" if isinstance(port, int) else FRONTEND
    return {"target": url.replace("http:", "https:"), "verify": False} if loaded.get("https") else url


# -- nitro.devProxy ------------------------------------------------------------------------------------------------


def _by_dev_proxy(given: Mapping[str, Any], places: Places) -> Iterator[Entry]:
    for context, value in given.items():
        options = {"target": value} if isinstance(value, str) else value
        place = places.options(context)
        pattern = "/" + context.strip("/")
        if not isinstance(options, Mapping) or not is_pattern(pattern) or pattern == "/" or "/:" in pattern:
            text = "it is neither a URL nor options" if is_pattern(pattern) else "no path of a page begins with it"
            yield Entry(context, places.entry(context), (), (Remark("", text, place("")),))
            continue
        table, remarks = take_options(options, NUXT, place)
        if "target" not in table:
            remarks = remarks or [Remark("target", "there is none", place(""))]
            yield Entry(context, places.entry(context), (), tuple(remarks))
            continue
        # what h3 mounts at a prefix sees the path without it; Nitro adds X-Forwarded-For, -Port and -Proto
        table.pop("origin", None)
        first = {"target": table.pop("target"), "rewrite": "", "forwarded": True}
        yield Entry(context, places.entry(context), ((pattern, {**first, **table}),), tuple(remarks))


# -- routeRules ----------------------------------------------------------------------------------------------------


def _by_rules(
    rules: Mapping[str, Mapping[str, Any]], base: str, places: Places, frontend: Mapping[str, Any]
) -> Iterator[Entry]:
    """Entries for the rules that are proxies, and for redirects that come before one."""
    merged = {path: _merged(path, rules) for path, rule in rules.items() if rule.get("proxy") or rule.get("redirect")}
    # in Nitro's order, which that of expressions in the file then is
    by_rank = sorted(merged, key=lambda path: _rank(_reach(path)))
    asked = {path: _asked(path, merged[path], base, places) for path in by_rank}
    order = list(asked.values())
    guards = arranged(order)
    for path, each in asked.items():
        if rules[path].get("proxy"):
            yield _entry(path, merged[path], each, places)
    for guard in guards:
        first = next(each for each in order if not each.route and "/" + "/".join(each.reach.literal) == guard)
        text = f"Nuxt asks {first.name} before the proxy that takes this path too"
        yield Entry(guard, first.place, ((guard, dict(frontend)),), (Remark("", text, first.place),))


def _rank(reach: Reach) -> tuple[int, int]:
    """In what order radix3 prefers rules: one path, then those with any segment, then `/**`, the longer ones first."""
    kind = 1 if None in reach.segments else 2 if reach.more else 0
    return kind, -sum(len(segment or "*") + 1 for segment in reach.segments)


def _merged(path: str, rules: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A rule with what the less specific ones have besides, as Nitro puts them together.

    Its `proxy` is a table then, with `strip`: what Nitro takes away before `/**`.
    """
    mine = _reach(path)
    above = {other: _reach(other) for other in rules if other == path or _reach(other).covers(mine)}
    out: dict[str, Any] = {}
    for other in sorted(above, key=lambda each: _rank(above[each])):
        rule = dict(rules[other])
        if rule.get("proxy"):
            proxy = rule["proxy"]
            strip = {"strip": other.removesuffix("/**")} if other.endswith("/**") else {}
            rule["proxy"] = {**(proxy if isinstance(proxy, Mapping) else {"to": proxy}), **strip}
        out = _filled(out, rule)
    return out


def _filled(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The first, with what it lacks from the second."""
    out = dict(first)
    for name, value in second.items():
        if out.get(name) is None:
            out[name] = value
        elif isinstance(value, Mapping) and isinstance(out[name], Mapping):
            out[name] = _filled(out[name], value)
    return out


def _asked(path: str, rule: Mapping[str, Any], base: str, places: Places) -> Asked:
    reach, place = _reach(path), places.entry(path)
    if rule.get("redirect"):
        return Asked(f'the redirect of "{path}"', place, reach)
    try:
        return Asked(f'"{path}"', place, reach, _forms(reach, rule["proxy"], base))
    except NoRoute as reason:
        return Asked(f'"{path}"', place, reach, why=str(reason))


def _reach(path: str) -> Reach:
    segments = [part for part in path.split("/") if part]
    more = bool(segments) and segments[-1].startswith("**")
    kept = segments[:-1] if more else segments
    return Reach(tuple(None if part.startswith(":") or "*" in part else part for part in kept), more=more)


def _forms(reach: Reach, proxy: Mapping[str, Any], base: str) -> list[Route]:
    """The routes for a rule, the best first. Raises NoRoute."""
    to, strip = str(proxy.get("to")), proxy.get("strip")
    if to.startswith("/"):
        raise NoRoute("it leads to another path of the front end itself, which is no proxy's matter")
    found = _URL.fullmatch(to)
    if not found or found[3]:
        raise NoRoute("its destination is no http or https URL without a query")
    if base != "/":
        raise NoRoute("with app.baseURL, Nuxt compares the path with it and without it, and no route does")
    if not reach.segments:
        raise NoRoute("it takes every path, the front end's own files too")
    start = "".join("/[^/]+" if part is None else f"/{re.escape(part)}" for part in reach.segments).replace(r"\-", "-")
    if not found[2].endswith("/**"):
        return _checked(Route(f"^{start}(?:/.*)?$" if reach.more else f"^{start}/?$", found[2] or "/"))
    return _with_rest(reach, start, found[2].removesuffix("/**"), None if strip is None else str(strip))


def _with_rest(reach: Reach, start: str, inside: str, strip: str | None) -> list[Route]:
    """Routes for a destination that ends in `/**`; start: the segments as an expression; strip: what is taken away."""
    if strip is not None and any(part.startswith(":") or "*" in part for part in strip.split("/")):
        raise NoRoute("Nuxt answers 400: what is before its `/**` is compared as it is written")
    literal = "/" + "/".join(reach.literal)
    if reach.more:
        rewrite = None if inside == literal else inside
        return _checked(Route(literal, rewrite), Route(f"^{start}(?=/|$)", rewrite))
    if None not in reach.segments:
        path = inside + literal.removeprefix(strip or "")
        return _checked(Route(f"^{start}/?$", None if path == literal else path or "/"))
    rest = start.removeprefix(re.escape(strip or "").replace(r"\-", "-"))
    gone = start.removesuffix(rest)
    if not gone and not inside:
        return _checked(Route(f"^{start}/?$", None))
    return _checked(Route(f"^{gone}({rest})/?$", rf"{inside}\1"))


def _checked(*routes: Route) -> list[Route]:
    kept = [route for route in routes if is_pattern(route.pattern)]
    if not kept:
        raise NoRoute("devcors has no pattern that takes the same paths")
    return kept


def _entry(path: str, rule: Mapping[str, Any], asked: Asked, places: Places) -> Entry:
    source, place = places.entry(path), places.options(path)
    if asked.route is None:
        text = asked.why or "it has a redirect too"
        return Entry(path, source, (), (Remark("", text, source),), "stays with Nuxt")
    proxy = rule["proxy"]
    found = _URL.fullmatch(proxy["to"])
    assert found
    # fetch() sends the target's Host, as `changeOrigin` does
    options = {"target": found[1], "changeOrigin": True, **_options(proxy)}
    table, remarks = take_options(options, NUXT, place)
    remarks += _left_out(rule, proxy, place)
    first = {"target": table.pop("target")}
    if asked.route.rewrite is not None:
        first["rewrite"] = asked.route.rewrite
    if isinstance(headers := rule.get("headers"), Mapping) and headers:
        table.setdefault("headers", {})["response"] = {name: str(text) for name, text in headers.items()}
    routes: Routes = ((asked.route.pattern, {**first, **table}),)
    return Entry(path, source, routes, tuple(remarks))


def _options(proxy: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in proxy.items() if name not in _OF_RULE and not name.startswith("_")}


def _left_out(rule: Mapping[str, Any], proxy: Mapping[str, Any], place: Any) -> list[Remark]:
    """What a rule has besides, and a route has not."""
    told: list[tuple[str, str]] = []
    told += [
        (name, "the project's own code does it") for name in ("fetchOptions", "onResponse", "fetch") if name in proxy
    ]
    told += [(name, "devcors keeps no responses") for name in _CACHES if rule.get(name)]
    if rule.get("cors"):
        told.append(("cors", 'not needed at one origin; cors = "inject" does it for pages elsewhere'))
    return [Remark(name, text, place(name)) for name, text in told]

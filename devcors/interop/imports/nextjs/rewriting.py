"""All of a Next.js config as entries: what each rewrite becomes.

Known: the rewrites as Next has them in its hands, its own pages, and where each stands. Wanted: a route for each that
sends to another server, as near to it as can be; all else is told, and goes on working: what devcors does not take goes
to the front end, which is Next itself, and Next does its rewrites there as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from devcors.errors import PatternError
from devcors.interop.imports.model import Entry, Remark, Source
from devcors.interop.imports.probing import Rule

from . import conditions, destinations
from .conditions import Wanted
from .destinations import Destination, NoRoute, Route
from .ordering import Asked, arranged
from .pages import Own
from .shapes import Reach, Shape, reach, shape
from .syntax import Key, Token, names, parse

PHASES = ("beforeFiles", "afterFiles", "fallback")
_NEXT_OWN = Own("Next's own /_next", Reach(("_next",), more=True))
_ANYTHING = Reach((), more=True, exact=False)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rewrite as the config has it; `phase` is when Next asks it."""

    phase: str
    source: str
    destination: str
    place: Source
    has: tuple[Mapping[str, Any], ...] = ()
    missing: tuple[Mapping[str, Any], ...] = ()
    base_path: bool = True
    locale: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """What else of the config counts: `base` is basePath, `idle` experimental.proxyTimeout in milliseconds."""

    base: str = ""
    locales: tuple[str, ...] = ()
    default_locale: str = ""
    trailing_slash: bool = False
    redirects_slash: bool = True
    idle: float | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect, which Next asks before all rewrites; `source` as Next has it, with basePath."""

    source: str
    place: Source


@dataclass(slots=True)
class _Plan:
    """A rewrite on its way to an entry: one `Asked` for each form that its source has (with a locale, without)."""

    rewrite: Rewrite
    asked: list[Asked] = field(default_factory=list)
    wanted: Wanted = field(default_factory=Wanted)
    target: str = ""
    remarks: list[Remark] = field(default_factory=list)
    without: str = "stays with Next.js"

    @property
    def name(self) -> str:
        return f'"{self.rewrite.source}"'

    def remark(self, option: str, text: str) -> None:
        self.remarks.append(Remark(option, text, self.rewrite.place))


def entries(
    rewrites: Sequence[Rewrite],
    settings: Settings,
    frontend: Mapping[str, Any],
    own: Sequence[Own] = (),
    redirects: Sequence[Redirect] = (),
) -> list[Entry]:
    """What becomes of each rewrite, then the pages that have to go to the front end (its table) because of them."""
    plans = _without_doubles([_planned(rewrite, settings) for rewrite in rewrites], settings)
    before = [Asked(f"the redirect of {each.source}", each.place, _reach_of(each.source)) for each in redirects]
    pages = {each: Asked(each.file, Source(each.file), each.reach) for each in (_NEXT_OWN, *own)}
    order = [*before]
    for phase in PHASES:
        order += [asked for page, asked in pages.items() if phase == ("fallback" if page.is_dynamic else "afterFiles")]
        order += [asked for plan in plans if plan.rewrite.phase == phase for asked in plan.asked]
    if _NEXT_OWN in pages:  # its reach has more below it, but it is asked with the files
        order.remove(pages[_NEXT_OWN])
        order.insert(_first_of(order, plans), pages[_NEXT_OWN])
    guards = arranged(order)
    made = [_entry(plan, settings, frontend) for plan in plans]
    return [*made, *(_guard_entry(guard, order, frontend) for guard in guards)]


def _first_of(order: Sequence[Asked], plans: Sequence[_Plan]) -> int:
    """Where in the order the files are asked: behind beforeFiles."""
    early = [asked for plan in plans if plan.rewrite.phase == "beforeFiles" for asked in plan.asked]
    return max((order.index(asked) + 1 for asked in early), default=0)


# -- one rewrite ---------------------------------------------------------------------------------------------------


def _planned(rewrite: Rewrite, settings: Settings) -> _Plan:
    plan = _Plan(rewrite)
    try:
        tokens = parse(rewrite.source)
    except PatternError as error:
        plan.remark("source", f"Next cannot read it: {error}")
        return plan
    sources = [_tokens(prefix, tokens) for prefix in _prefixes(rewrite, settings)]
    try:
        sources = _sources(rewrite, tokens, settings)
        plan.wanted = conditions.read(rewrite.has, rewrite.missing)
        goal = _goal(rewrite, tokens, plan.wanted)
        plan.target = goal.target
        for source in sources:
            plan.asked.append(_asked(rewrite, source, goal, settings, plan.wanted))
    except NoRoute as reason:
        always = not rewrite.has and not rewrite.missing
        plan.asked = [Asked(plan.name, rewrite.place, reach(source), is_always=always) for source in sources]
        plan.remark("", str(reason))
    return plan


def _goal(rewrite: Rewrite, tokens: tuple[Token, ...], wanted: Wanted) -> Destination:
    if rewrite.destination.startswith("/"):
        raise NoRoute("it leads to another path of the front end itself, which is no proxy's matter")
    captured = {
        token.name: token.repeats
        for token in tokens
        if isinstance(token, Key) and token.name in names(tuple(tokens)) and isinstance(token.name, str)
    }
    return destinations.read(rewrite.destination, captured, wanted.captured)


def _asked(rewrite: Rewrite, source: tuple[Token, ...], goal: Destination, settings: Settings, wanted: Wanted) -> Asked:
    """The forms that this source has."""
    if any(isinstance(token, str) and not token.isascii() for token in source):
        raise NoRoute("it never takes a path: Next compares it with the path as it is sent, which is ASCII")
    whole = shape(source)
    if whole and whole.ends_in_slash and settings.redirects_slash and not settings.trailing_slash:
        raise NoRoute("it never takes a path: Next redirects from a path with a slash at its end to one without")
    forms: list[Route] = []
    below = None
    if whole:
        # with trailingSlash, every path has its slash when it gets here: the prefix takes them with it and without
        loose = Shape(whole.segments, whole.rest) if settings.trailing_slash and settings.redirects_slash else whole
        ended = _slashed(goal, loose, whole)
        if not loose.ends_in_slash and (route := destinations.as_prefix(loose, ended)):
            forms += [route, *_some(destinations.as_open_expression(loose, ended))]
            below = destinations.as_prefix(loose, ended, below=True)
    if route := destinations.as_expression(source, goal):
        forms.append(route)
    if not forms:
        raise NoRoute("devcors has no pattern that takes the same paths and sends them to the same place")
    taken = reach(source)
    bare = reach(parse(rewrite.source))
    if rewrite.phase != "beforeFiles" and not any(bare.segments) and (bare.more or bare.segments):
        raise NoRoute("it takes whatever Next has no page for, and only Next knows that")
    return Asked(f'"{rewrite.source}"', rewrite.place, taken, forms, below, is_always=wanted.is_none)


def _some(route: Route | None) -> list[Route]:
    return [] if route is None else [route]


def _slashed(goal: Destination, loose: Shape, whole: Shape) -> Destination:
    """The destination without the slash at its end, where the source has lost its own."""
    path = goal.path
    if loose is whole or not whole.ends_in_slash or not path or not isinstance(path[-1], str):
        return goal
    last = path[-1].removesuffix("/")
    return Destination(goal.target, (*path[:-1], last) if last else path[:-1])


def _prefixes(rewrite: Rewrite, settings: Settings) -> list[str]:
    """What stands before the source (Next's processRoutes): basePath, and with i18n each locale, or none."""
    base = settings.base if rewrite.base_path else ""
    if not settings.locales or not rewrite.locale:
        return [base]
    return [base, *(f"{base}/{locale}" for locale in settings.locales)]


def _sources(rewrite: Rewrite, tokens: tuple[Token, ...], settings: Settings) -> list[tuple[Token, ...]]:
    """The source as it is compared with the path that is asked for. Raises NoRoute where it never takes one.

    With i18n, Next puts the default locale before a path that has none, and compares then.
    """
    sources = [_tokens(prefix, tokens) for prefix in _prefixes(rewrite, settings)]
    if not settings.locales or rewrite.locale:
        return sources
    first, slash, rest = tokens[0].removeprefix("/").partition("/") if isinstance(tokens[0], str) else ("", "", "")
    if first and first not in settings.locales:
        raise NoRoute("it never takes a path: with i18n and `locale: false`, a source begins with its locale")
    if first == settings.default_locale:
        bare = (f"/{rest}", *tokens[1:]) if slash or len(tokens) == 1 else tokens[1:]
        sources.append(_tokens(_prefixes(rewrite, settings)[0], bare))
    return sources


def _tokens(prefix: str, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    if not prefix:
        return tokens
    if tokens and isinstance(tokens[0], str):
        return (prefix + tokens[0] if tokens[0] != "/" or len(tokens) > 1 else prefix, *tokens[1:])
    return (prefix, *tokens)


def _reach_of(source: str) -> Reach:
    try:
        return reach(parse(source))
    except PatternError:
        return _ANYTHING


# -- doubles -------------------------------------------------------------------------------------------------------


def _without_doubles(plans: list[_Plan], settings: Settings) -> list[_Plan]:
    """A rewrite that sends its paths where the prefix of a later one sends them too is left to that one.

    `/api/health` before `/api/:path*`, or `/api/:path*/` with a slash at the end, each to the same path elsewhere.
    """
    for number, plan in enumerate(plans):
        for at, later in enumerate(plans[number + 1 :], number + 1):
            between = [asked for other in plans[number + 1 : at] for asked in other.asked]
            if _does_both(later, plan, settings) and not _meet(between, plan.asked):
                plan.remarks = [Remark("", f"the route of {later.name} does this too", plan.rewrite.place)]
                plan.asked, plan.without = [], "is done by a later one"
                break
    return plans


def _meet(some: Sequence[Asked], others: Sequence[Asked]) -> bool:
    return any(one.reach.meets(other.reach) for one in some for other in others)


def _does_both(later: _Plan, plan: _Plan, settings: Settings) -> bool:
    """Whether all that a rewrite takes is sent to the same place by the later one's prefix."""
    one, other = plan.rewrite, later.rewrite
    if not plan.asked or len(plan.asked) != len(later.asked) or one.phase != other.phase or not later.wanted.is_none:
        return False
    route, goal = later.asked[0].route, one.destination.removeprefix(later.target)
    if route is None or route.pattern.startswith("^") or not one.destination.startswith(later.target + "/"):
        return False
    if not all(after.reach.covers(before.reach) for before, after in zip(plan.asked, later.asked, strict=True)):
        return False
    try:
        whole = shape(parse(one.source)) and shape(parse(goal))
    except PatternError:
        return False
    # the names of whole segments are as good as any segments: where the text comes out the same, so does every path
    source = _prefixes(one, settings)[0] + one.source
    return whole is not None and Rule(route.pattern, route.rewrite).sends(source) == goal


# -- entries -------------------------------------------------------------------------------------------------------


def _entry(plan: _Plan, settings: Settings, frontend: Mapping[str, Any]) -> Entry:
    routes: list[tuple[str, dict[str, Any]]] = []
    for asked in plan.asked:
        if asked.route:
            routes += _tables(asked.route, plan, settings, frontend)
        elif asked.why and not any(remark.text == asked.why for remark in plan.remarks):
            plan.remark("", asked.why)
    if routes and plan.wanted.hosts:
        plan.remark("has", f"to be asked as {', '.join(plan.wanted.hosts)}, devcors needs it in [server] allowed_hosts")
    rewrite = plan.rewrite
    return Entry(rewrite.source, rewrite.place, tuple(routes), tuple(plan.remarks), plan.without)


def _tables(
    route: Route, plan: _Plan, settings: Settings, frontend: Mapping[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    # Next sends X-Forwarded-Host and leaves Origin as it is, with the target's Host
    table: dict[str, Any] = {"target": plan.target}
    if route.rewrite is not None:
        table["rewrite"] = route.rewrite
    if plan.wanted.match:
        table["match"] = plan.wanted.match
    table["forwarded"] = True
    if settings.idle:
        table["timeout"] = {"idle": f"{settings.idle:g}ms" if settings.idle % 1000 else f"{settings.idle / 1000:g}s"}
    turned = [(route.pattern, {**frontend, "match": dict(match)}) for match in plan.wanted.unless]
    return [*turned, (route.pattern, table)]


def _guard_entry(guard: str, order: Sequence[Asked], frontend: Mapping[str, Any]) -> Entry:
    """A route to the front end for what comes first in Next."""
    segments = tuple(guard.split("/")[1:])
    inside = [each for each in order if not each.route and each.reach.literal[: len(segments)] == segments]
    first = inside[0]
    more = f" and {len(inside) - 1} more" if len(inside) > 1 else ""
    text = f"Next asks {first.name}{more} before the rewrite that takes this path too"
    return Entry(guard, first.place, ((guard, dict(frontend)),), (Remark("", text, first.place),))

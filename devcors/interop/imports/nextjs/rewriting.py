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

    def remark(self, option: str, text: str) -> None:
        self.remarks.append(Remark(option, text, self.rewrite.place))


def entries(
    rewrites: Sequence[Rewrite],
    settings: Settings,
    frontend: str,
    own: Sequence[Own] = (),
    redirects: Sequence[Redirect] = (),
) -> list[Entry]:
    """What becomes of each rewrite, then the pages that have to go to the front end (its URL) because of them."""
    plans = _without_doubles([_planned(rewrite, settings) for rewrite in rewrites])
    before = [Asked(f"the redirect of {each.source}", _reach_of(each.source)) for each in redirects]
    pages = {own: Asked(own.file, own.reach) for own in (_NEXT_OWN, *own)}
    order = [*before]
    for phase in PHASES:
        order += [asked for page, asked in pages.items() if phase == ("fallback" if page.is_dynamic else "afterFiles")]
        order += [asked for plan in plans if plan.rewrite.phase == phase for asked in plan.asked]
    if _NEXT_OWN in pages:  # its reach has more below it, but it is asked with the files
        order.remove(pages[_NEXT_OWN])
        order.insert(_first_of(order, plans), pages[_NEXT_OWN])
    guards = arranged(order)
    made = [_entry(plan, settings, frontend) for plan in plans]
    return [*made, *(_guard_entry(guard, order, frontend, plans) for guard in guards)]


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
        plan.wanted = conditions.read(rewrite.has, rewrite.missing)
        goal = _goal(rewrite, tokens, plan.wanted)
        plan.target = goal.target
        for source in sources:
            plan.asked.append(_asked(rewrite, source, goal, settings, plan.wanted))
    except NoRoute as reason:
        always = not rewrite.has and not rewrite.missing
        plan.asked = [Asked(f'"{rewrite.source}"', reach(source), is_always=always) for source in sources]
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
            forms.append(route)
            below = destinations.as_prefix(loose, ended, below=True)
    if route := destinations.as_expression(source, goal):
        forms.append(route)
    if not forms:
        raise NoRoute("devcors has no pattern that takes the same paths and sends them to the same place")
    taken = reach(source)
    if rewrite.phase != "beforeFiles" and not any(reach(parse(rewrite.source)).segments):
        raise NoRoute("it takes whatever Next has no page for, and only Next knows that")
    return Asked(f'"{rewrite.source}"', taken, forms, below, is_always=wanted.is_none)


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


def _without_doubles(plans: list[_Plan]) -> list[_Plan]:
    """`/api/:path*/` before `/api/:path*`, each to the same with its slash: a prefix does both, so the second has it."""
    for number, plan in enumerate(plans):
        later = next((other for other in plans[number + 1 :] if _does_both(other.rewrite, plan.rewrite)), None)
        if (
            later
            and plan.asked
            and all(asked.forms and not asked.forms[0].pattern.startswith("^") for asked in later.asked)
        ):
            plan.remarks.clear()
            plan.remark("", f'the route of "{later.rewrite.source}" does this too: a slash at the end goes through')
            plan.asked = []
    return plans


def _does_both(with_prefix: Rewrite, with_slash: Rewrite) -> bool:
    return (
        with_slash.source == f"{with_prefix.source}/"
        and with_slash.destination == f"{with_prefix.destination}/"
        and with_slash.phase == with_prefix.phase
        and (with_slash.has, with_slash.missing, with_slash.base_path, with_slash.locale)
        == (with_prefix.has, with_prefix.missing, with_prefix.base_path, with_prefix.locale)
    )


# -- entries -------------------------------------------------------------------------------------------------------


def _entry(plan: _Plan, settings: Settings, frontend: str) -> Entry:
    routes: list[tuple[str, dict[str, Any]]] = []
    for asked in plan.asked:
        if asked.route:
            routes += _tables(asked.route, plan, settings, frontend)
        elif asked.why and not any(remark.text == asked.why for remark in plan.remarks):
            plan.remark("", asked.why)
    if routes and plan.wanted.hosts:
        plan.remark("has", f"to be asked as {', '.join(plan.wanted.hosts)}, devcors needs it in [server] allowed_hosts")
    rewrite = plan.rewrite
    return Entry(rewrite.source, rewrite.place, tuple(routes), tuple(plan.remarks))


def _tables(route: Route, plan: _Plan, settings: Settings, frontend: str) -> list[tuple[str, dict[str, Any]]]:
    # Next sends X-Forwarded-Host and leaves Origin as it is, with the target's Host
    table: dict[str, Any] = {"target": plan.target}
    if route.rewrite is not None:
        table["rewrite"] = route.rewrite
    if plan.wanted.match:
        table["match"] = plan.wanted.match
    table["forwarded"] = True
    if settings.idle:
        table["timeout"] = {"idle": f"{settings.idle:g}ms" if settings.idle % 1000 else f"{settings.idle / 1000:g}s"}
    turned = [(route.pattern, {"target": frontend, "match": dict(match)}) for match in plan.wanted.unless]
    return [*turned, (route.pattern, table)]


def _guard_entry(guard: str, order: Sequence[Asked], frontend: str, plans: Sequence[_Plan]) -> Entry:
    """A route to the front end for what comes first in Next."""
    segments = tuple(guard.split("/")[1:])
    first = next(asked for asked in order if not asked.route and asked.reach.literal == segments)
    place = next((plan.rewrite.place for plan in plans if first in plan.asked), Source(first.name))
    text = f"Next asks {first.name} before the rewrite that takes this path too"
    return Entry(guard, place, ((guard, {"target": frontend}),), (Remark("", text, place),))

"""From the typed config to the policy: everything that does not depend on a request is done here, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from devcors.config.schema import Config, CorsTable, Intercept, Route, RouteCors
from devcors.cors.allowance import Allowance
from devcors.routing.pattern import Pattern, parse_pattern
from devcors.routing.table import Conditions, Entry, Table
from devcors.urls import address_of, parse_origin

from .facts import Door
from .hosts import HostTable
from .policy import Policy
from .rules import Rule, edits_of, upstream_of


def compile_policy(config: Config, door: Door) -> Policy:
    """A policy for these listeners; whether they speak TLS stands in the config.

    The config is valid by its type, so nothing is raised.
    """
    entries: list[Entry[Rule]] = []
    for text, routes in config.routes.items():
        pattern = parse_pattern(text)
        entries += [_entry(pattern, route, _route_rule(text, route, config.cors, door)) for route in routes]
    frontend = _frontend_entry(config.frontend, config.cors, door) if config.frontend else None
    hosts = HostTable(
        {host: _intercept_rule(host, entry, config.cors, door) for host, entry in config.intercept.items()}
    )
    return Policy(
        table=Table(entries),
        rules=tuple(entry.value for entry in entries),
        frontend=frontend.value if frontend else None,
        fallback=Table([frontend] if frontend else []),
        hosts=hosts,
        allowance=_allowance(config.cors),
        allowed_hosts=frozenset(name.lower() for name in (*config.server.allowed_hosts, *_literals(door))),
        door=replace(door, https=config.server.https),
        capture=config.server.capture,
    )


def _entry(pattern: Pattern, route: Route, rule: Rule) -> Entry[Rule]:
    match = route.match
    conditions = Conditions(match.hosts, match.methods, tuple(match.headers.items()))
    return Entry(pattern, conditions, replace(rule, pattern=pattern))


def _frontend_entry(route: Route, cors: CorsTable, door: Door) -> Entry[Rule]:
    """The front end is what takes every path, after all routes: its `rewrite` and `match` are those of `/`."""
    return _entry(parse_pattern("/"), route, _route_rule("frontend", route, cors, door, kind="frontend"))


def _allowance(table: CorsTable) -> Allowance:
    named = frozenset(str(parse_origin(origin)) for origin in table.origins if origin != "loopback")
    return Allowance(
        origins=named,
        loopback="loopback" in table.origins,
        methods=None if table.methods == "request" else table.methods,
        headers=None if table.headers == "request" else table.headers,
        expose=table.expose,
        credentials=table.credentials,
        max_age=table.max_age,
    )


def _route_allowance(cors: RouteCors, base: CorsTable) -> Allowance:
    return _allowance(cors.over(base))


def _route_rule(name: str, route: Route, cors: CorsTable, door: Door, *, kind: str = "route") -> Rule:
    upstream, base_path = upstream_of(route.target, verify=route.verify, wait=route.wait, timeout=route.timeout)
    request_edit, response_edit = edits_of(route.headers)
    # Django's CSRF check wants Origin to agree with X-Forwarded-Host; said by hand, `origin` stands
    keeps_origin = route.forwarded and "origin" not in route.model_fields_set
    return Rule(
        name=name,
        kind="frontend" if kind == "frontend" else "route",
        upstream=upstream,
        base_path=base_path,
        pattern=None,
        rewrite=route.rewrite,
        host=route.host,
        origin="keep" if keeps_origin else route.origin,
        forwarded=route.forwarded,
        request_edit=request_edit,
        response_edit=response_edit,
        cookies=route.cookies,
        redirects=route.redirects,
        verify=route.verify,
        timeout=route.timeout,
        cors=route.cors.mode,
        allowance=_route_allowance(route.cors, cors),
        loops=door.is_own(upstream.host, upstream.port) or door.is_admin(upstream.host, upstream.port),
    )


def _intercept_rule(host: str, entry: Intercept, cors: CorsTable, door: Door) -> Rule:
    upstream, base_path = None, b""
    if entry.target is not None:
        upstream, base_path = upstream_of(entry.target, verify=entry.verify, wait=0.0, timeout=entry.timeout)
    request_edit, response_edit = edits_of(entry.headers)
    return Rule(
        name=host,
        kind="intercept",
        upstream=upstream,
        base_path=base_path,
        pattern=None,
        rewrite=None,
        # the server is to see the name it is known by, wherever it is dialed
        host="keep",
        origin="keep",
        forwarded=False,
        request_edit=request_edit,
        response_edit=response_edit,
        cookies=entry.cookies,
        redirects=entry.redirects,
        verify=entry.verify,
        timeout=entry.timeout,
        cors=entry.cors.mode,
        allowance=_route_allowance(entry.cors, cors),
        loops=upstream is not None and door.is_own(upstream.host, upstream.port),
    )


def _literals(door: Door) -> Iterator[str]:
    """The addresses that devcors listens on, as Host has them: nobody else can point those at this machine."""
    for address in door.addresses:
        parsed = address_of(address)
        if parsed is not None and not parsed.is_unspecified:
            yield f"[{parsed}]" if parsed.version == 6 else str(parsed)

"""From the config to a `Site`. What no target has is noted here; what one of them cannot, in its own module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devcors.config.schema import Config, CookieEdits
from devcors.cors.allowance import Allowance
from devcors.policy import Door, compile_policy
from devcors.policy.rules import HeaderEdit, Rule
from devcors.routing.rewrite import plain_prefixes
from devcors.routing.table import Entry
from devcors.urls import parse_authority, parse_origin

from . import expressions as expr
from .description import Backend, Cookies, Cors, Move, Note, Redirects, Route, Site

_PORT_ALONE = 2677


def describe(config: Config) -> Site:
    """The whole config, routes in order of preference and the front end last."""
    listen = parse_authority(config.server.listen)
    host, port = listen.host.strip("[]"), listen.port or _PORT_ALONE
    # port 0 is any free one for devcors; a server has to be told which
    policy = compile_policy(config, Door(port))
    entries = [*policy.table.entries, *policy.fallback.entries]
    backends = _backends(entry.value for entry in entries)
    policies = _policies(entry.value for entry in entries)
    moves = [(entry.value, move) for entry in entries if (move := _move(entry.value)) is not None]
    return Site(
        listen=tuple((address, port) for address in (("127.0.0.1", "::1") if host == "localhost" else (host,))),
        routes=tuple(_route(number, entry, backends, policies, moves) for number, entry in enumerate(entries, 1)),
        backends=tuple(backends.values()),
        policies=tuple(policies.values()),
        notes=tuple(_site_notes(config)),
    )


def _site_notes(config: Config) -> Iterator[Note]:
    for host in config.intercept:
        yield Note(f'intercept."{host}"', "left out: a server has only its own names, and opens nobody's TLS")
    if config.scripts:
        yield Note("scripts", "left out: they are mitmproxy's addons")
    if config.server.https:
        yield Note("server.https", "left out: it listens without TLS until you name a certificate of your own")


def _backends(rules: Iterable[Rule]) -> dict[tuple[object, ...], Backend]:
    found: dict[tuple[object, ...], Backend] = {}
    for rule in rules:
        if (upstream := rule.upstream) is not None:
            key = (upstream.target, rule.timeout.connect)
            name = f"devcors_{len(found) + 1}"
            found.setdefault(
                key,
                Backend(
                    name,
                    upstream.scheme,
                    upstream.host,
                    upstream.port,
                    upstream.verify,
                    rule.timeout.connect,
                    upstream.authority,
                ),
            )
    return found


def _policies(rules: Iterable[Rule]) -> dict[Allowance, Cors]:
    found: dict[Allowance, Cors] = {}
    for rule in rules:
        if rule.cors in ("inject", "rewrite"):
            asked = rule.allowance
            found.setdefault(asked, Cors(len(found) + 1, expr.origins(asked.origins, loopback=asked.loopback), asked))
    return found


def _move(rule: Rule) -> Move | None:
    """The prefix of the backend's paths and of the front door's that stand for one another, where they are known."""
    base = rule.base_path.decode()
    if rule.rewrite is None:
        return base, ""
    assert rule.pattern is not None
    pair = plain_prefixes(rule.pattern, rule.rewrite)
    return None if pair is None else (base + pair[1].decode().removesuffix("/"), pair[0].decode())


def _route(
    number: int,
    entry: Entry[Rule],
    backends: dict[tuple[object, ...], Backend],
    policies: dict[Allowance, Cors],
    moves: list[tuple[Rule, Move]],
) -> Route:
    rule, pattern = entry.value, entry.pattern
    upstream = rule.upstream
    assert upstream is not None
    backend = backends[upstream.target, rule.timeout.connect]
    base = rule.base_path.decode()
    plain = not (pattern.names or pattern.is_expression) and not (rule.rewrite or "").count(":")
    own = next((move for other, move in moves if other is rule), None)
    # a Location may lead into any route of the same server; the route's own comes first
    others = [
        move
        for other, move in moves
        if other is not rule and other.upstream and other.upstream.origin == upstream.origin
    ]
    return Route(
        number=number,
        place=rule.place,
        name=pattern.text if rule.kind == "route" else "everything else",
        is_frontend=rule.kind != "route",
        path=expr.path_test(pattern),
        decoded_path=expr.path_test(pattern, decoded=True),
        prefix=pattern.literal.decode() if plain else None,
        conditions=entry.conditions,
        rewritings=expr.rewritings(pattern, rule.rewrite, base),
        base=base,
        replaced=rule.rewrite,
        backend=backend,
        host=backend.authority if rule.host == "target" else rule.host,
        origin=_origin(rule, backend),
        forwarded=rule.forwarded,
        request_set=_set(rule.request_edit),
        request_removed=_removed(rule.request_edit),
        response_set=_set(rule.response_edit),
        response_removed=_removed(rule.response_edit),
        redirects=Redirects(backend.origin, own, _reached(own, others)) if rule.redirects == "rewrite" else None,
        cookies=_cookies(rule, backend, own),
        idle=rule.timeout.idle,
        cors=policies.get(rule.allowance) if rule.cors in ("inject", "rewrite") else None,
        notes=tuple(_route_notes(rule, own)),
    )


def _reached(own: Move | None, others: Iterable[Move]) -> tuple[Move, ...]:
    """Without the moves that one before them leaves nothing for: of the same prefix, or behind one of every path."""
    reached: dict[str, Move] = {} if own is None else {own[0]: own}
    for move in others:
        if "" not in reached:
            reached.setdefault(move[0], move)
    return tuple(move for move in reached.values() if move != own)


def _origin(rule: Rule, backend: Backend) -> str:
    if rule.origin == "target":
        return backend.origin
    return rule.origin if rule.origin == "keep" else str(parse_origin(rule.origin))


def _set(edit: HeaderEdit) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode(), text.decode()) for name, text in edit.set)


def _removed(edit: HeaderEdit) -> tuple[str, ...]:
    names = edit.names - {name.lower() for name, _ in edit.set}
    return tuple(sorted(name.decode() for name in names))


def _cookies(rule: Rule, backend: Backend, move: Move | None) -> Cookies:
    if rule.cookies == "keep":
        return Cookies()
    if rule.cookies == "auto":
        moved = move if move and move[0] != move[1] else None
        return Cookies(expr.parents(backend.host), moved)
    return Cookies(forced=tuple(_forced(rule.cookies)))


def _forced(edits: CookieEdits) -> Iterator[tuple[str, str | None]]:
    if edits.domain is not None:
        yield "Domain", edits.domain
    if edits.path is not None:
        yield "Path", edits.path
    if edits.secure is not None:
        yield "Secure", None if edits.secure else ""
    if edits.samesite is not None:
        yield "SameSite", edits.samesite.capitalize()


def _route_notes(rule: Rule, move: Move | None) -> Iterator[Note]:
    if rule.cors == "inject":
        yield Note(
            f"{rule.place}.cors",
            "inject is written as rewrite: the policy stands alone, what the backend says of CORS goes",
        )
    if rule.loops:
        yield Note(f"{rule.place}.target", "is the address that this server itself listens on")
    if rule.host == "keep" and rule.redirects == "rewrite" and move and move[0] != move[1]:
        yield Note(
            f"{rule.place}.redirects",
            "a Location that the backend writes with the front door's own name stays as it is",
        )

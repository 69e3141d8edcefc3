"""The head that goes to the upstream: target, Host, Origin and Referer, forwarding fields, edits."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from devcors.cors.requests import crosses_origins
from devcors.heads import Fields, RequestHead, replaced
from devcors.routing.fields import forwarded_fields, host_for, origin_pair
from devcors.routing.paths import split_target
from devcors.routing.rewrite import upstream_target
from devcors.routing.table import Match
from devcors.urls import Authority, Origin

from .facts import Facts
from .hops import end_to_end, hops_left, is_upgrade
from .outcomes import Forward
from .rules import Rule, Upstream

if TYPE_CHECKING:
    from .policy import Policy


class Request(NamedTuple):
    """A request that found its rule. `own_origin` and `url` are what the browser takes it to be for."""

    head: RequestHead
    facts: Facts
    host: Authority
    own_origin: Origin
    url: str
    rule: Rule
    match: Match[Rule] | None


def forward(policy: Policy, request: Request) -> Forward:
    """The decision to send this request on."""
    rule, received, facts = request.rule, request.head, request.facts
    upstream = rule.upstream or Upstream(
        facts.scheme,
        request.host.host.strip("[]"),
        request.host.port_or(facts.scheme),
        verify=rule.verify,
        timeout=rule.timeout,
    )
    sent = _sent(rule, received.fields, request.own_origin, upstream.origin, facts.peer if rule.forwarded else "")
    fields = sent.fields
    if (left := hops_left(received)) is not None:
        fields = replaced(fields, b"max-forwards", str(left - 1).encode())
    return Forward(
        upstream,
        RequestHead(received.method, _target(request), fields),
        policy,
        rule,
        received,
        request.own_origin,
        request.url,
        request.match,
        sent.upgrade,
        sent.crosses_origins,
        facts.sends_cookies,
    )


class _Sent(NamedTuple):
    """What a rule makes of a request's fields, whatever its method and target."""

    fields: Fields
    upgrade: bool
    crosses_origins: bool


# a page sends much the same fields with each of its requests
@lru_cache(maxsize=256)
def _sent(rule: Rule, received: Fields, own: Origin, upstream: Origin, peer: str) -> _Sent:
    upgrade = is_upgrade(received)
    fields = end_to_end(received, upgrade=upgrade)
    # Host, and who the backend is to believe has sent this
    fields = replaced(fields, b"host", host_for(rule.host, upstream.authority, own.authority).encode())
    fields = origin_pair(fields, own, upstream, rule.origin)
    if rule.forwarded:
        fields = forwarded_fields(fields, peer, own.authority, own.scheme, own.port)
    crosses = rule.cors != "off" and crosses_origins(received, own)
    return _Sent(rule.request_edit.apply(fields), upgrade, crosses)


def _target(request: Request) -> bytes:
    target, rule = request.head.target, request.rule
    if rule.rewrite is None and not rule.base_path:
        return target
    if request.match is not None:
        _, query = split_target(target)
        return upstream_target(request.match, rule.rewrite, rule.base_path, query)
    return target if target == b"*" else rule.base_path + target

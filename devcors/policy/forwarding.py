"""The head that goes to the upstream: target, Host, Origin and Referer, forwarding fields, edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devcors.cors.requests import cors_request
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


@dataclass(frozen=True, slots=True)
class Request:
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
    rule, received = request.rule, request.head
    upstream = rule.upstream or Upstream(
        request.facts.scheme,
        request.host.host.strip("[]"),
        request.host.port_or(request.facts.scheme),
        verify=rule.verify,
        timeout=rule.timeout,
    )
    upgrade = is_upgrade(received)
    fields = end_to_end(received.fields, upgrade=upgrade)
    if (left := hops_left(received)) is not None:
        fields = replaced(fields, b"max-forwards", str(left - 1).encode())
    fields = _addressed(request, fields, upstream)
    head = RequestHead(received.method, _target(request), rule.request_edit.apply(fields))
    knows = request.facts.sends_cookies
    cors = None if rule.cors == "off" else cors_request(received, request.url, request.own_origin, sends_cookies=knows)
    return Forward(
        upstream=upstream,
        head=head,
        policy=policy,
        rule=rule,
        received=received,
        own_origin=request.own_origin,
        url=request.url,
        match=request.match,
        cors=cors,
        upgrade=upgrade,
    )


def _target(request: Request) -> bytes:
    target, rule = request.head.target, request.rule
    if request.match is not None:
        _, query = split_target(target)
        return upstream_target(request.match, rule.rewrite, rule.base_path, query)
    return target if target == b"*" else rule.base_path + target


def _addressed(request: Request, fields: Fields, upstream: Upstream) -> Fields:
    """Host, and who the backend is to believe has sent this."""
    rule, own = request.rule, request.own_origin.authority
    fields = replaced(fields, b"host", host_for(rule.host, upstream.authority, own).encode())
    fields = origin_pair(fields, request.own_origin, upstream.origin, rule.origin)
    if rule.forwarded:
        facts = request.facts
        fields = forwarded_fields(fields, facts.peer, own, facts.scheme, request.own_origin.port)
    return fields

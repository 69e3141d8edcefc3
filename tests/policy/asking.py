"""A config's text and a request in; everything that can be seen of the policy's decision out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import Any

from devcors.config.schema import Config
from devcors.heads import Fields, RequestHead, ResponseHead, values
from devcors.policy import Answer, Door, Facts, Forward, Policy, Relay, compile_policy
from devcors.urls import parse_authority

PORT = 2677
DOOR = "http://localhost:2677"
PAGE = "http://localhost:5173"


def policy_of(text: str, door: Door | None = None) -> Policy:
    """The policy of a devcors.toml; its files are taken to lie in /project."""
    config = Config.model_validate(tomllib.loads(text), context={"folder": "/project"})
    return compile_policy(config, door or Door(PORT))


def fields_of(table: dict[str, str]) -> Fields:
    """A table as field lines."""
    return tuple((name.encode(), text.encode()) for name, text in table.items())


def head_of(line: str, table: dict[str, str] | None = None, *, host: str = "localhost:2677") -> RequestHead:
    """`GET /path` and fields; Host unless `host` is empty."""
    method, _, target = line.partition(" ")
    own = {"Host": host} if host else {}
    return RequestHead(method.encode(), target.encode(), fields_of({**own, **(table or {})}))


def facts_of(through: str = "", *, peer: str = "127.0.0.1", local: str = "127.0.0.1") -> Facts:
    """Of a request to the front door, or with `through` (`https://host`) of one that devcors is the proxy for."""
    scheme, _, authority = through.partition("://")
    named = parse_authority(authority) if through else None
    return Facts(scheme or "http", named, peer, local, peer_is_loopback=peer == "127.0.0.1")


def forward_of(policy: Policy, head: RequestHead, facts: Facts | None = None) -> Forward:
    """The decision, which must be to send it on."""
    decision = policy.request(head, facts or facts_of())
    assert isinstance(decision, Forward), decision
    return decision


def answer_of(policy: Policy, head: RequestHead, facts: Facts | None = None) -> Answer:
    """The decision, which must be an answer of devcors' own."""
    decision = policy.request(head, facts or facts_of())
    assert isinstance(decision, Answer), decision
    return decision


@dataclass(frozen=True)
class Ask:
    """A request, and what the upstream is to answer. `through` names a host that is asked for through the proxy."""

    line: str = "GET /"
    fields: dict[str, str] = field(default_factory=dict)
    host: str = "localhost:2677"
    through: str = ""
    status: int = 200
    reply: dict[str, str] = field(default_factory=dict)


def observed(text: str, ask: Ask) -> dict[str, Any]:
    """What is seen: `to` (or `answer`), `verify`, `wait`, `connect`, `idle`, `> field` sent, `< field` got, `cors`.

    A field that is absent is None; several lines of one are a list.
    """
    policy = policy_of(text)
    host = ask.through.partition("://")[2] or ask.host
    decision = policy.request(head_of(ask.line, ask.fields, host=host), facts_of(ask.through))
    if isinstance(decision, Answer):
        return {"answer": decision.head.status, **_shown("<", decision.head.fields)}
    if isinstance(decision, Relay):
        return {"to": None, **_shown(">", decision.head.fields)}
    upstream = decision.upstream
    outcome = policy.response(decision, ResponseHead(ask.status, b"", fields_of(ask.reply)))
    cors = outcome.cors
    return {
        "to": decision.target_url,
        "verify": upstream.verify,
        "wait": upstream.wait,
        "connect": upstream.timeout.connect,
        "idle": upstream.timeout.idle,
        "status": outcome.head.status,
        "cors": cors and (cors.verdict.allowed, cors.server.allowed),
        **_shown(">", decision.head.fields),
        **_shown("<", outcome.head.fields),
    }


def _shown(way: str, fields: Fields) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, _ in fields:
        texts = [text.decode("latin-1") for text in values(fields, name.lower())]
        out[f"{way} {name.decode().lower()}"] = texts[0] if len(texts) == 1 else texts
    return out

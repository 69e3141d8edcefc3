"""`routes`, `explain` and `addons`: questions to the compiled config; nothing is sent."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.table import Table
from rich.text import Text

from devcors.config.loading import load
from devcors.errors import MalformedError, UsageError
from devcors.heads import RequestHead, value
from devcors.policy import Answer, Door, Explanation, Facts, Forward, Policy, compile_policy, explain
from devcors.policy.rules import Rule
from devcors.routing.table import Conditions
from devcors.urls import DEFAULT_PORTS, Authority, parse_authority

from .output import console, print_json

PORT_ALONE = 2677
_EXAMPLE = "devcors explain GET /api/items"


def load_policy(config: Path | None, profile: str | None) -> Policy:
    """The policy that `up` would start with."""
    loaded = load(path=config, environ=os.environ, profile=profile).config
    port = int(loaded.server.listen.rpartition(":")[2])
    return compile_policy(loaded, Door(port or PORT_ALONE))


def print_routes(config: Path | None, profile: str | None, *, as_json: bool) -> None:
    """All routes, most specific first, then the front end and the intercepted hosts."""
    policy = load_policy(config, profile)
    rows = [(entry.value, entry.conditions) for entry in policy.table.entries]
    rows += [(rule, Conditions()) for rule in (*([policy.frontend] if policy.frontend else []), *policy.hosts)]
    if as_json:
        print_json([_rule_json(rule, conditions) for rule, conditions in rows])
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("ROUTE", "MATCH", "TARGET", "REWRITE", "CORS", "COOKIES"):
        table.add_column(heading, overflow="fold")
    for rule, conditions in rows:
        shown = _rule_json(rule, conditions)
        rewrite = "" if rule.rewrite is None else f"→ {rule.rewrite or '/'}"
        name = "(frontend)" if rule.kind == "frontend" else rule.name
        table.add_row(
            name, " ".join(shown["match"]), shown["target"] or "(itself)", rewrite, rule.cors, str(shown["cookies"])
        )
    console().print(table)


def _rule_json(rule: Rule, conditions: Conditions) -> dict[str, Any]:
    target = f"{rule.upstream.origin}{rule.base_path.decode()}" if rule.upstream else None
    cookies = rule.cookies if isinstance(rule.cookies, str) else rule.cookies.model_dump(exclude_none=True)
    return {
        "kind": rule.kind,
        "route": rule.name,
        "match": [
            *conditions.methods,
            *conditions.hosts,
            *(f"{name}: {wanted}" for name, wanted in conditions.headers),
        ],
        "target": target,
        "rewrite": rule.rewrite,
        "cors": rule.cors,
        "cookies": cookies,
    }


def print_explanation(
    method: str, url: str, headers: Sequence[str], config: Path | None, profile: str | None, *, as_json: bool
) -> None:
    """What devcors would do with a request."""
    policy = load_policy(config, profile)
    head, facts = _asked(method, url, headers, policy)
    explanation = explain(policy, head, facts)
    if as_json:
        print_json(explanation.to_json())
    else:
        _print_decision(explanation, url)


def _asked(method: str, url: str, headers: Sequence[str], policy: Policy) -> tuple[RequestHead, Facts]:
    if url.startswith("/"):
        url = f"http://localhost:{policy.door.port}{url}"
    scheme, authority, target = _parts(url)
    at_door = policy.door.is_own(authority.host, authority.port_or(scheme))
    fields = tuple(map(_field, headers))
    if value(fields, b"host") is None:
        fields = ((b"Host", str(authority).encode()), *fields)
    facts = Facts(scheme, None if at_door else authority, "127.0.0.1", "127.0.0.1")
    return RequestHead(method.encode(), target, fields), facts


def _parts(url: str) -> tuple[str, Authority, bytes]:
    """Scheme (that of HTTP), authority and request target, as a browser makes them of what is typed."""
    scheme, separator, rest = url.partition("#")[0].partition("://")
    if not separator:
        raise UsageError(f"{url!r} is neither a URL nor a path", hint=_EXAMPLE)
    if scheme not in DEFAULT_PORTS:
        raise UsageError(f"{scheme}: is not proxied", hint="use an http or https URL")
    found = re.fullmatch(r"([^/?]*)/?(.*)", rest)
    assert found  # both parts may be empty
    target = "/" + quote(found[2], safe=string.punctuation)
    try:
        return scheme.replace("ws", "http"), parse_authority(found[1]), target.encode()
    except MalformedError as error:
        raise UsageError(error.message, hint=_EXAMPLE) from None


def _field(text: str) -> tuple[bytes, bytes]:
    name, separator, rest = text.partition(":")
    if not separator:
        raise UsageError(f"{text!r} is no header", hint='-H "Origin: http://localhost:5173"')
    return name.strip().encode(), rest.strip().encode()


def _print_decision(explanation: Explanation, url: str) -> None:
    out, decision = console(), explanation.decision
    for considered in explanation.considered:
        mark, style = ("✓", "green") if considered.won else ("✗", "dim")
        out.print(Text(f"{mark} {considered.entry.pattern.text:<24} {considered.why}", style))
    if isinstance(decision, Answer):
        out.print(Text(f"{decision.head.status} from devcors: {decision.error}", "yellow"))
        return
    if isinstance(decision, Forward):
        out.print(Text.assemble(("route   ", "bold"), f"{decision.rule.name} ({decision.rule.kind})"))
        out.print(Text.assemble(("url     ", "bold"), decision.target_url))
        cross = "cross-origin" if decision.cors else "not cross-origin"
        out.print(Text.assemble(("cors    ", "bold"), f"{decision.rule.cors}, {cross}"))
    else:
        opened = "a tunnel, never looked into" if url.startswith("https:") else "relayed as it is"
        out.print(f"{opened}: no route or intercepted host names it")
        if url.startswith("https:"):
            return
    method, target = decision.head.method.decode("latin-1"), decision.head.target.decode("latin-1")
    out.print(Text.assemble(("sent    ", "bold"), f"{method} {target}"))
    for name, text in decision.head.fields:
        out.print(Text(f"        {name.decode('latin-1')}: {text.decode('latin-1')}"))


def print_addons_folder() -> None:
    """In the wheel the scripts are package data; in a checkout they lie beside the package."""
    package = Path(str(files("devcors")))
    inside = package / "addons"
    print(inside if inside.is_dir() else package.parent / "addons")

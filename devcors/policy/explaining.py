"""`devcors explain`: which route wins for a request, which lost and why, and what would be sent. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from devcors.heads import RequestHead, value
from devcors.routing.paths import split_target
from devcors.routing.table import Considered

from .facts import Facts
from .outcomes import Answer, Forward, Relay
from .policy import Policy
from .rules import Rule


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and the way to it."""

    decision: Forward | Answer | Relay
    considered: tuple[Considered[Rule], ...]

    def to_json(self) -> dict[str, Any]:
        """For `explain --json`. A field's value is shown as it would be sent."""
        decision = self.decision
        routes = [
            {"pattern": entry.entry.pattern.text, "won": entry.won, "why": entry.why} for entry in self.considered
        ]
        if isinstance(decision, Answer):
            answer = {"status": decision.head.status, "message": decision.error, "route": decision.route}
            return {"answer": answer, "routes": routes}
        sent = {
            "method": decision.head.method.decode("latin-1"),
            "target": decision.head.target.decode("latin-1"),
            "headers": [[name.decode("latin-1"), text.decode("latin-1")] for name, text in decision.head.fields],
        }
        if isinstance(decision, Relay):
            return {"relayed": sent, "routes": routes}
        return {
            "route": decision.rule.name,
            "kind": decision.rule.kind,
            "url": decision.target_url,
            "request": sent,
            "cors": decision.rule.cors,
            "cross_origin": decision.cors is not None,
            "preflight_answered_by_devcors": decision.answers_preflight,
            "routes": routes,
        }


def explain(policy: Policy, head: RequestHead, facts: Facts) -> Explanation:
    """Asks the policy as a lane would, and the route table why."""
    decision = policy.request(head, facts)
    considered: tuple[Considered[Rule], ...] = ()
    if facts.authority is None and head.target.startswith(b"/"):
        path, _ = split_target(head.target)
        authority = (value(head.fields, b"host") or b"").decode("latin-1")
        considered = tuple(policy.table.explain(head, path, authority))
    return Explanation(decision, considered)

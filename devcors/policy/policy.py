"""The compiled config, asked once for a request and once for a response."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from devcors.cors.allowance import Allowance
from devcors.errors import MalformedError
from devcors.heads import RequestHead, ResponseHead, replaced, value
from devcors.routing.paths import split_target
from devcors.routing.table import Match, Table
from devcors.urls import Authority, Origin

from .answers import options_answer, problem, to_https
from .checks import Refusal, check_connect, check_head, check_host, host_of
from .facts import Door, Facts
from .failures import Failure, failure_answer
from .forwarding import Request, forward
from .hops import end_to_end, hops_left, is_upgrade
from .hosts import HostTable
from .outcomes import Answer, Forward, Outcome, Relay
from .returning import response_outcome
from .rules import Rule, Upstream


@dataclass(frozen=True)
class Policy:
    """Immutable; a reload makes another one, and an exchange under way keeps the one it began with.

    `fallback` is asked for what no route takes: it holds the front end, if there is one.
    """

    table: Table[Rule]
    rules: tuple[Rule, ...]
    frontend: Rule | None
    fallback: Table[Rule]
    hosts: HostTable
    allowance: Allowance
    allowed_hosts: frozenset[str]
    door: Door
    capture: int = 0
    """How many bytes of each body are kept for inspection."""

    def request(self, head: RequestHead, facts: Facts) -> Forward | Answer | Relay:
        """What is done with a request. Pure; never raises, whatever the bytes."""
        refusal = check_head(head)
        host = host_of(head, facts) if refusal is None else refusal
        if isinstance(host, Refusal):
            return self.refuse(head, host, facts)
        if hops_left(head) == 0:
            return options_answer(head, self.allowance)
        if facts.authority is None or self._is_front_door(host, facts):
            return self._at_front_door(head, host, facts)
        return self._through(head, host, facts)

    def response(self, forward: Forward, head: ResponseHead) -> Outcome:
        """What the client gets of an upstream's response head, and the verdicts on it."""
        return response_outcome(forward, head)

    def failure(self, forward: Forward, failure: Failure) -> Answer:
        """The answer where the upstream gave none."""
        return failure_answer(forward, failure)

    def opens(self, host: str, port: int) -> bool:
        """Whether a CONNECT to this destination is looked into: a host of `[intercept]`, or the front door itself."""
        return self.hosts.find(host.lower(), port) is not None or self.door.is_own(host, port)

    def serves(self, name: str, local: str = "") -> bool:
        """Whether the front door answers to this host name; `local` is the address that a connection came in on."""
        return check_host(Authority(name.lower(), None), Facts("https", None, "", local), self.allowed_hosts) is None

    def refuses_connect(self, head: RequestHead, facts: Facts) -> Refusal | None:
        """Why a CONNECT (`facts.authority` is its target) is not served, or None."""
        return check_connect(head) or self._refuses_proxying(facts)

    def _refuses_proxying(self, facts: Facts) -> Refusal | None:
        if not facts.peer_is_loopback:
            return Refusal(403, "only programs on this machine may use devcors as a proxy", "open the front door")
        assert facts.authority is not None
        if self.door.is_admin(facts.authority.host, facts.authority.port_or("https")):
            return Refusal(403, "the admin port is not served through the proxy", "open it directly")
        return None

    @cached_property
    def upstreams(self) -> dict[tuple[str, int], Upstream]:
        """Every upstream that the config names, by what is dialed; where rules share one, the most patient counts."""
        found: dict[tuple[str, int], Upstream] = {}
        for rule in (*self.rules, *([self.frontend] if self.frontend else ()), *self.hosts):
            if (upstream := rule.upstream) is not None:
                key = (upstream.host, upstream.port)
                found[key] = upstream.shared_with(found.get(key))
        return found

    def refuse(self, head: RequestHead, refusal: Refusal, facts: Facts) -> Answer:
        """A refusal as an answer to the client."""
        url = _url(facts, (value(head.fields, b"host") or b"").decode("latin-1"), head.target)
        return problem(head, self.allowance, status=refusal.status, title=refusal.message, hint=refusal.hint, url=url)

    def _is_front_door(self, host: Authority, facts: Facts) -> bool:
        """Absolute-form and CONNECT that name the front door are served in process (browsers with `<-loopback>`)."""
        return self.door.is_own(host.host, host.port_or(facts.scheme))

    def _at_front_door(self, head: RequestHead, host: Authority, facts: Facts) -> Forward | Answer:
        if refusal := check_host(host, facts, self.allowed_hosts):
            return self.refuse(head, refusal, facts)
        if self.door.https and facts.scheme == "http":
            return to_https(head, host, self.allowance)
        match: Match[Rule] | None = None
        rule = self.frontend  # RFC 9110, section 9.3.7: OPTIONS * is about the server, so for the front end
        if head.target != b"*":
            try:
                match = self._match(head, str(host))
            except MalformedError as error:
                return self.refuse(head, Refusal(400, error.message, error.hint or "send the path it means"), facts)
            rule = match.entry.value if match else None
        if rule is None:
            return self._no_route(head, facts, host)
        return self._forward(head, facts, host, rule, match)

    def _match(self, head: RequestHead, host: str) -> Match[Rule] | None:
        path, _ = split_target(head.target)
        return self.table.match_safely(head, path, host) or self.fallback.match(head, path, host)

    def _through(self, head: RequestHead, host: Authority, facts: Facts) -> Forward | Answer | Relay:
        """A host of the network, reached through devcors as a proxy."""
        if refusal := self._refuses_proxying(facts):
            return self.refuse(head, refusal, facts)
        rule = self.hosts.find(host.host, host.port_or(facts.scheme))
        if rule is None:
            # RFC 9112, section 3.2.2: Host is made from the target
            fields = replaced(end_to_end(head.fields, upgrade=is_upgrade(head.fields)), b"host", str(host).encode())
            return Relay(RequestHead(head.method, head.target, fields))
        return self._forward(head, facts, host, rule, None)

    def _forward(
        self, head: RequestHead, facts: Facts, host: Authority, rule: Rule, match: Match[Rule] | None
    ) -> Forward | Answer:
        if rule.loops:
            return problem(
                head,
                rule.allowance,
                status=508,
                title=f"the target of {rule.place} is devcors itself",
                hint="give it the address of the server behind",
                details={"route": rule.name, "target": str(rule.upstream and rule.upstream.origin)},
                url=_url(facts, str(host), head.target),
            )
        own_origin, prefix = _own(facts.scheme, host)
        # RFC 9112, section 3.2.4: the target `*` is a URI without a path
        url = prefix if head.target == b"*" else prefix + head.target.decode("latin-1")
        return forward(self, Request(head, facts, host, own_origin, url, rule, match))

    def _no_route(self, head: RequestHead, facts: Facts, host: Authority) -> Answer:
        routes = list(dict.fromkeys(rule.name for rule in self.rules))
        why, hint = "no frontend is set", 'set frontend = "http://localhost:5173", or add a route'
        if self.frontend is not None:
            why, hint = "the match of frontend does not either", "widen that match, or add a route"
        return problem(
            head,
            self.allowance,
            status=404,
            title=f"no route takes this path, and {why}",
            hint=hint,
            details={"path": head.target.decode("latin-1"), "routes": routes},
            url=_url(facts, str(host), head.target),
        )


@lru_cache(maxsize=64)
def _own(scheme: str, host: Authority) -> tuple[Origin, str]:
    """The origin that the browser takes the front door (or the intercepted host) to be, and the start of its URLs."""
    origin = Origin(scheme, host.host, host.port_or(scheme))
    return origin, f"{scheme}://{origin.authority}"


def _url(facts: Facts, authority: str, target: bytes) -> str:
    path = "" if target == b"*" else target.decode("latin-1")
    return f"{facts.scheme}://{authority}{path}"

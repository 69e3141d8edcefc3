"""The hosts of `[intercept]`: an exact name beats `*.example.com`; with a port beats without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .rules import Rule


class HostTable:
    """Looks up the rule of a host; immutable. Keys are as the config's check left them (lower case)."""

    __slots__ = ("_rules",)

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = dict(rules)

    def find(self, host: str, port: int) -> Rule | None:
        """The rule for this destination; host in lower case, IPv6 in brackets."""
        if not self._rules:
            return None
        name = host.rstrip(".")
        for candidate in self._candidates(name):
            rule = self._rules.get(f"{candidate}:{port}") or self._rules.get(candidate)
            if rule is not None:
                return rule
        return None

    @staticmethod
    def _candidates(name: str) -> list[str]:
        """The name itself, then `*.` and each of its parents, the longest first; never the name's own `*.`."""
        labels = name.split(".")
        return [name, *(f"*.{'.'.join(labels[at:])}" for at in range(1, len(labels)))]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

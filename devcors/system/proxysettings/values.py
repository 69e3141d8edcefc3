"""What a desktop's proxy setting is to us, and how what we changed of it is taken back. Pure.

Known: a setting is a handful of named values: switches (no proxy, by hand, by script) and what they point to. We change
some of them; meanwhile the user may change any. Wanted: afterwards each value is what it was before us, but what the
user made of it stays, and nothing that is left points to us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from devcors.routing.upstream_proxies import UpstreamProxies, UpstreamProxy, proxy_at

SOURCE = "the system's setting"

Values = dict[str, str | None]
"""Each value as the desktop's own tool prints it, None where it is absent."""


class Pac(NamedTuple):
    """Browsers fetch a script from this URL, and it tells them what goes through devcors."""

    url: str

    def __str__(self) -> str:
        return f"PAC {self.url}"


class Manual(NamedTuple):
    """Everything goes through this proxy, http and https."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"everything through {self.host}:{self.port}"


Wanted = Pac | Manual


class Setting(NamedTuple):
    """What is set without devcors: in words, and its manual proxies. A script names none that we can read."""

    told: str
    proxies: UpstreamProxies

    @property
    def not_followed(self) -> bool:
        """Whether a proxy is set, but none that devcors can go by."""
        return self.told != "none" and not self.proxies

    def __str__(self) -> str:
        return self.told


class Desktop(Protocol):
    """One way of keeping the setting. All methods raise SettingsError where the desktop's tool fails."""

    name: str

    def check(self) -> bool:
        """Whether this machine, as this user is logged in, has it."""

    def get(self) -> Values:
        """What is set now: every value that `wanted` may change, and those that `summary` and `proxies` show."""

    def wanted(self, wanted: Wanted, now: Values) -> Values:
        """The values to set, in the order to set them: a switch after what it points to."""

    def switches(self, keys: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Those of the keys that are switches, each with the keys that it points to."""

    def put(self, key: str, value: str | None) -> None:
        """Sets one value, or takes it away."""

    def told(self) -> None:
        """Tells running programs that something has changed, where they do not see it by themselves."""

    def summary(self, values: Values) -> str:
        """What is set, in words: `none`, `PAC URL`, `manual HOST:PORT`."""

    def proxies(self, values: Values) -> UpstreamProxies:
        """The manual proxies that are set, with the hosts left out; none where something else counts, a script too."""

    def by_hand(self) -> str:
        """What to do without devcors, to have no proxy."""


def named_by_system(host: str | None, port: str | int | None) -> UpstreamProxy | None:
    """The http proxy that a setting names; None where it names none, or another kind."""
    if not host or not port or str(port) == "0":
        return None
    return proxy_at(SOURCE, f"[{host}]:{port}" if host.count(":") > 1 and "[" not in host else f"{host}:{port}")


def undo(now: Values, before: Values, ours: Sequence[Values], switches: Mapping[str, tuple[str, ...]]) -> Values:
    """The values to set so that nothing of `ours` (all states that we ever set) is left; switches first.

    A value that is neither ours nor as before is the user's, and stays. So does a switch that points to such a value:
    it is what makes it count.
    """
    touched = dict.fromkeys(key for state in ours for key in state)

    def is_ours(key: str) -> bool:
        return any(key in state and now.get(key) == state[key] for state in ours)

    def is_users(key: str) -> bool:
        return key in touched and not is_ours(key) and now.get(key) != before.get(key)

    def is_left(key: str) -> bool:
        return now.get(key) != before.get(key) and is_ours(key)

    turned = [
        key for key, pointed in switches.items() if key in touched and is_left(key) and not any(map(is_users, pointed))
    ]
    rest = [key for key in touched if key not in switches and is_left(key)]
    return {key: before.get(key) for key in (*turned, *rest)}

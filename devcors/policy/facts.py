"""What a lane knows of the connection a request came on; the policy asks for nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from devcors.config.schema import Https
from devcors.urls import Authority, address_of, is_loopback_host


@dataclass(frozen=True, slots=True)
class Door:
    """devcors' own listeners: the addresses it listens on (IP literals or names), the ports, and whether with TLS."""

    port: int
    admin_port: int | None = None
    addresses: tuple[str, ...] = ("127.0.0.1", "::1")
    https: Https = False

    def is_own(self, host: str, port: int) -> bool:
        """Whether dialing this would reach the front door, by any name of this machine that is known."""
        return port == self.port and self._is_here(host)

    def is_admin(self, host: str, port: int) -> bool:
        """Whether dialing this would reach the admin port."""
        return port == self.admin_port and self._is_here(host)

    def _is_here(self, host: str) -> bool:
        bare = host.lower().strip("[]").rstrip(".")
        if is_loopback_host(bare) or bare in self.addresses:
            return True
        address = address_of(bare)
        # dialed, the unspecified address is this machine
        return address is not None and (address.is_unspecified or str(address) in self.addresses)


class Facts(NamedTuple):
    """One connection's facts.

    `scheme` is what the client speaks to us ("http", "https"). `authority` is the destination that the client named
    outside of Host: by an absolute-form target or by CONNECT; None for origin-form, which is for the front door.
    `peer` and `local` are the two ends' IP addresses. `sends_cookies`: the page has been seen to send cookies there,
    so a request without any leaves them out on purpose.
    """

    scheme: str
    authority: Authority | None
    peer: str
    local: str
    peer_is_loopback: bool = True
    sends_cookies: bool = False

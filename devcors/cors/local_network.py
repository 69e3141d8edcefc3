"""Local Network Access: what Chromium asks the user before a public page reaches into the local network.

This is not CORS: no header of the server changes it, and no request reaches the server. Known: the address spaces of
page and resource. Wanted: whether the request may go out, else the error and its parameters.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal

from devcors.urls import is_loopback_host

AddressSpace = Literal["public", "local", "loopback"]

WHAT_HELPS = (
    "This is Local Network Access, not CORS: allow the page to reach local devices in the browser's site settings, or"
    " serve the page from this machine."
)


@dataclass(frozen=True, slots=True)
class LocalNetworkFault:
    """Chromium's error; `wanted` is the address space its text names first, `found` the second."""

    error: str
    wanted: str
    found: str = ""


def address_space(host: str) -> AddressSpace:
    """The space of a host by its name or literal; what a name resolves to is not known here.

    >>> address_space("localhost"), address_space("192.168.1.4"), address_space("printer.local")
    ('loopback', 'local', 'local')
    """
    if is_loopback_host(host):
        return "loopback"
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return "local" if host.rstrip(".").endswith(".local") else "public"
    return "local" if address.is_private or address.is_link_local else "public"


def local_network_fault(
    page: AddressSpace,
    resource: AddressSpace,
    *,
    secure: bool,
    granted: frozenset[AddressSpace],
    declared: AddressSpace | None,
) -> LocalNetworkFault | None:
    """Whether a request from `page` may reach `resource`.

    `secure`: the page is a secure context. `granted`: the spaces that the user let this page reach. `declared`: the
    `targetAddressSpace` that the page's code named.
    """
    if declared is not None and declared != resource:
        return LocalNetworkFault("InvalidLocalNetworkAccess", declared, resource)
    # only requests from the public network into a local one are asked about
    if page != "public" or resource == "public" or (secure and resource in granted):
        return None
    error = "LocalNetworkAccessPermissionDenied" if secure else "InsecureLocalNetwork"
    return LocalNetworkFault(error, resource)

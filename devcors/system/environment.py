"""The environment in which curl, Python, Node, Go and Git go through devcors and trust its authority.

Known: most programs read the proxy's variables in lower case, some only in upper case, curl HTTP_PROXY in lower case
only. SSL_CERT_FILE (OpenSSL, Python, Go, Ruby), REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and GIT_SSL_CAINFO replace what is
trusted; NODE_EXTRA_CA_CERTS adds to it. Node reads the proxy's variables only when NODE_USE_ENV_PROXY is set (22.21,
24 and newer). Go asks the system on macOS and Windows, whatever a variable says.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from .bundles import Bundles

REPLACING = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")
ADDING = "NODE_EXTRA_CA_CERTS"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def variables(proxy: str, authority: Path, hosts: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """What to set. proxy: devcors' URL. authority: its PEM file. hosts: the keys of `[intercept]`.

    Writes the bundles that the variables name. Raises StartError where they cannot be written.
    """
    bundles = Bundles(authority)
    found = _in_both_cases("http_proxy", proxy) | _in_both_cases("https_proxy", proxy)
    found |= _in_both_cases("no_proxy", ",".join(past_the_proxy(environ, hosts)))
    found |= {name: str(bundles.extending(environ.get(name))) for name in REPLACING}
    added = environ.get(ADDING)
    found[ADDING] = str(bundles.extending(added) if added and added != str(authority) else authority)
    found["NODE_USE_ENV_PROXY"] = "1"
    return found


def _in_both_cases(name: str, text: str) -> dict[str, str]:
    return {name: text, name.upper(): text}


def past_the_proxy(environ: Mapping[str, str], hosts: Iterable[str]) -> list[str]:
    """What NO_PROXY says already, and loopback; without that which would keep an intercepted host from devcors."""
    said = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    entries = dict.fromkeys([*re.split(r"[\s,]+", said.strip(", \t\n")), *_LOOPBACK])
    names = [_name(host) for host in hosts]
    return [entry for entry in entries if entry and not any(_keeps_away(entry.lower(), *name) for name in names)]


def _name(host: str) -> tuple[str, bool]:
    """A key of `[intercept]` without its port and brackets, and whether all below it is meant."""
    bare = re.sub(r":\d+$", "", host) if "]" in host or host.count(":") < 2 else host
    return bare.strip("[]").removeprefix("*."), host.startswith("*.")


def _keeps_away(entry: str, host: str, below: bool) -> bool:
    if entry == "*":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    name = _name(entry)[0].removeprefix(".")
    return f".{host}".endswith(f".{name}") or (below and f".{name}".endswith(f".{host}"))

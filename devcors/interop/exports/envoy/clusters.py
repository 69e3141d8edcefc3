"""Where Envoy listens, and the servers that it sends to."""

from __future__ import annotations

from typing import Any

from devcors.interop.exports.description import Backend, Site
from devcors.interop.exports.writing import FOREVER, SYSTEM_CA

_TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"


def listening(site: Site) -> dict[str, Any]:
    """`address` of a listener, and `additional_addresses`."""
    first, *others = (_address(host, port) for host, port in site.listen)
    return {"address": first, **({"additional_addresses": [{"address": other} for other in others]} if others else {})}


def clusters(site: Site) -> list[dict[str, Any]]:
    """A cluster for each backend."""
    return [_cluster(backend) for backend in site.backends]


def seconds(number: float) -> str:
    """A duration as protobuf's JSON has it."""
    return f"{number:.3f}".rstrip("0").rstrip(".") + "s"


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _cluster(backend: Backend) -> dict[str, Any]:
    literal = ":" in backend.host or backend.host.replace(".", "").isdigit()
    first, *others = ("127.0.0.1", "::1") if backend.host == "localhost" else (backend.host,)
    endpoint: dict[str, Any] = {"address": _address(first, backend.port)}
    if others:  # both are tried, the second soon after the first
        endpoint["additional_addresses"] = [{"address": _address(other, backend.port)} for other in others]
    return {
        "name": backend.name,
        **(
            {"type": "STATIC"}
            if literal or others
            # RFC 8305: all addresses of the name are tried, as soon as the first does not answer
            else {"type": "LOGICAL_DNS", "dns_lookup_family": "ALL"}
        ),
        "connect_timeout": seconds(backend.connect or FOREVER),
        "load_assignment": {
            "cluster_name": backend.name,
            "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}],
        },
        **({"transport_socket": _tls(backend)} if backend.tls else {}),
    }


def _tls(backend: Backend) -> dict[str, Any]:
    named = any(letter.isalpha() for letter in backend.host) and ":" not in backend.host
    common: dict[str, Any] = {"alpn_protocols": ["http/1.1"]}
    if backend.verify:
        common["validation_context"] = {
            "trusted_ca": {"filename": SYSTEM_CA if backend.verify is True else backend.verify},
            "match_typed_subject_alt_names": [
                {"san_type": "DNS" if named else "IP_ADDRESS", "matcher": {"exact": backend.host}}
            ],
        }
    # RFC 6066, section 3: an address is no server name
    name = {"sni": backend.host} if named else {}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": _TLS, **name, "common_tls_context": common},
    }

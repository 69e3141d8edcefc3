"""Which layer follows on a connection: HTTP at once; after CONNECT, TLS, opened only for hosts that a config names."""

from __future__ import annotations

from collections.abc import Callable

from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import layer, layers
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import HTTPMode

from devcors.policy import Policy

from .stream import DevcorsHttpLayer

# RFC 8446, section 5.1: what may be the beginning of a record, of which three bytes tell
_UNDECIDED = (b"\x16", b"\x16\x03")


class Gate:
    """Takes the place of mitmproxy's own `nextlayer` addon."""

    name = "nextlayer"

    def __init__(self, policy: Callable[[], Policy]) -> None:
        self._policy = policy

    def next_layer(self, next_layer: layer.NextLayer) -> None:
        """Decides as soon as the first bytes are there."""
        if next_layer.layer is None:
            next_layer.layer = self._choose(next_layer.context, next_layer.data_client())

    def _choose(self, context: Context, data: bytes) -> layer.Layer | None:
        if len(context.layers) == 1 and data in _UNDECIDED:
            return None
        if len(context.layers) == 1 and starts_like_tls_record(data):  # the front door's own TLS
            return layers.ClientTLSLayer(context)
        if context.server.address is None:
            return DevcorsHttpLayer(context, HTTPMode.regular)
        assert context.server.address is not None
        host, port = context.server.address[:2]
        name = f"[{host}]" if ":" in host else host
        if not self._policy().opens(name, port):
            return layers.TCPLayer(context, ignore=True)  # never looked into
        if not data or (not context.client.tls_established and data in _UNDECIDED):
            return None
        if not context.client.tls_established and starts_like_tls_record(data):
            server = layers.ServerTLSLayer(context)
            server.child_layer = layers.ClientTLSLayer(context)
            return server
        return DevcorsHttpLayer(context, HTTPMode.transparent)

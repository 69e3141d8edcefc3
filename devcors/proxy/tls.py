"""TLS both ways: leaves of devcors' own CA for clients, and each upstream verified as its route says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mitmproxy import certs, tls
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.proxy.context import Context
from OpenSSL import SSL

from devcors.policy import Policy

from .authority import CertificateAuthority

if TYPE_CHECKING:
    from mitmproxy.connection import Client, Server


class DevcorsTls(TlsConfig):
    """mitmproxy's TLS settings with another CA, and no certificate for a name that nobody configured.

    `authority` is called on first need, so that a machine that intercepts nothing never has a CA.
    """

    name = "tlsconfig"

    def __init__(self, policy: Callable[[], Policy], authority: Callable[[], CertificateAuthority]) -> None:
        self._policy = policy
        self._authority = authority
        self._wanted: dict[str, dict[tuple[str, int], bool | str]] = {}

    def expect(self, client: str, host: str, port: int, verify: bool | str) -> None:
        """How the certificate of a server is checked that a client's request is about to go to.

        Two rules may send to one server and check it in different ways, so its address alone does not tell. `client` is
        the id of mitmproxy's connection.
        """
        self._wanted.setdefault(client, {})[host, port] = verify

    def client_disconnected(self, client: Client) -> None:
        """Nothing is kept for a connection that has ended."""
        self._wanted.pop(client.id, None)

    class _NoStore:
        dhparams = None

    certstore: Any = _NoStore()

    def running(self) -> None:
        """mitmproxy would load its own CA here."""

    def configure(self, updated: set[str]) -> None:
        """mitmproxy would make its own CA here."""

    def request(self, flow: object) -> None:
        """mitmproxy would serve its CA's revocation list here."""

    def get_cert(self, conn_context: Context) -> certs.CertStoreEntry:
        """A leaf for the one name that the client asked for: SNI, unless nobody named it, else CONNECT's host."""
        sni = conn_context.client.sni
        if conn_context.server.address is None:  # the front door's own TLS
            local = conn_context.client.sockname[0]
            host = sni if sni and self._policy().serves(sni, local) else local
        else:
            host, port = conn_context.server.address[:2]
            if sni and self._policy().opens(sni, port):
                host = sni
        authority = self._authority()
        leaf = authority.leaf(host)
        # the CA goes along, so that a browser can be told to accept it by its key alone
        return certs.CertStoreEntry(certs.Cert(leaf.certificate), leaf.key, authority.path, [])  # type: ignore[arg-type]  # RSA is annotated, any key works

    def tls_start_client(self, tls_start: tls.TlsData) -> None:
        """As mitmproxy does it, but that the front door's own TLS may come to HTTP/2.

        mitmproxy takes TLS in front of its explicit-proxy layer for a secure web proxy, which it serves by HTTP/1 only.
        """
        super().tls_start_client(tls_start)
        connection = tls_start.ssl_conn
        if connection is not None and tls_start.context.server.address is None:
            connection.set_app_data({**connection.get_app_data(), "client_alpn": None})

    def tls_start_server(self, tls_start: tls.TlsData) -> None:
        """Server name, ALPN and host name check as mitmproxy does them; what is trusted is the route's `verify`."""
        super().tls_start_server(tls_start)
        verify = self._verify(tls_start.context.client, tls_start.context.server)
        connection = tls_start.ssl_conn
        if verify is True or connection is None:
            return
        if verify is False:
            connection.set_verify(SSL.VERIFY_NONE, _accept)
        else:
            # another context, so that the file is trusted for this connection and for no other
            context = SSL.Context(SSL.TLS_CLIENT_METHOD)
            context.load_verify_locations(verify)
            connection.set_context(context)

    def _verify(self, client: Client, server: Server) -> bool | str:
        """The setting of whoever named this server; unknown servers are verified."""
        if server.address is None:
            return True
        host, port = server.address[:2]
        wanted = self._wanted.get(client.id, {}).get((host, port))
        if wanted is not None:
            return wanted
        policy = self._policy()
        if upstream := policy.upstreams.get((host, port)):
            return upstream.verify
        rule = policy.hosts.find(host, port)
        return rule.verify if rule else True


def _accept(*_: object) -> bool:
    return True

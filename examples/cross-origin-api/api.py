"""An https API that knows nothing of CORS: no header for it, no answer to OPTIONS.

    python3 api.py [PORT]

The port is the argument, else API_PORT, else 8443. The first start makes a certificate beside this file
(API_CERTIFICATE names another place). It needs `cryptography`, which comes with devcors.
"""

import json
import os
import ssl
import sys
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME = "api.example.test"


class Handler(BaseHTTPRequestHandler):
    """PUT /profile. Any other method gets the 501 that http.server gives, OPTIONS too."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        """Saves nothing, but tells what came; the cookie counts how often this browser was here."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/profile":
            self.answer(404, {"error": f"nothing at {self.path}"})
            return
        visit = self.visits() + 1
        told = {"visit": visit, "x-demo": self.headers.get("X-Demo"), "bytes": len(content)}
        # a cookie that travels with requests from other sites has to say so (RFC 6265bis, section 5.7)
        self.answer(200, told, cookie=f"visits={visit}; Path=/; Secure; HttpOnly; SameSite=None")

    def visits(self):
        """The number in the cookie; 0 for a browser that was never here."""
        morsel = SimpleCookie(self.headers.get("Cookie")).get("visits")
        return int(morsel.value) if morsel and morsel.value.isdecimal() else 0

    def answer(self, status, value, cookie=None):
        """One JSON value."""
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """A thread for each connection; none of them keeps the process alive."""

    daemon_threads = True


def make_certificate(path):
    """A key and a certificate for NAME, signed by that key itself, in one file that only its owner can read."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(private + certificate.public_bytes(pem))


def main():
    """Serves until Ctrl-C."""
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("API_PORT", "8443"))
    path = Path(os.environ.get("API_CERTIFICATE", Path(__file__).with_name("certificate.pem")))
    if not path.exists():
        make_certificate(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with Server(("127.0.0.1", port), Handler) as server:
        # the handshake is left to each connection's thread: one slow client must not hold up the others
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(f"api on https://127.0.0.1:{port}, as {NAME}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("api ends", flush=True)


if __name__ == "__main__":
    main()

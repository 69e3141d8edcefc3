"""devcors' own certificate authority: made on first need, kept private, and signing only what it must.

mitmproxy's own store signs every leaf with the CA's key pair and copies the server's names into it; a leaf of ours has
a key of its own and exactly the one name that was asked for. The CA may sign leaves only (path length 0, RFC 5280,
section 4.2.1.9).
"""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from devcors.config.dirs import private_dir, write_private
from devcors.errors import StartError

CA_LIFE = datetime.timedelta(days=825)
LEAF_LIFE = datetime.timedelta(days=90)  # well below the 398 days that Chromium accepts
_BACKDATED = datetime.timedelta(days=1)

CERTIFICATE_FILE = "devcors-ca.pem"
KEY_FILE = "devcors-ca-key.pem"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A server certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """Both as PEM, the key not encrypted."""
        pem = serialization.Encoding.PEM
        key = self.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self.certificate.public_bytes(pem) + key


class CertificateAuthority:
    """Signs leaves; each host's is made once and renewed before it ends."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, path: Path) -> None:
        self.certificate = certificate
        self.path = path
        self._key = key
        self._leaves: dict[str, Leaf] = {}

    @classmethod
    def load_or_create(cls, folder: Path) -> CertificateAuthority:
        """The CA in `folder` (made 0700, the key 0600). Raises StartError where the files cannot be used."""
        private_dir(folder)
        certificate_path, key_path = folder / CERTIFICATE_FILE, folder / KEY_FILE
        if not (certificate_path.exists() and key_path.exists()):
            _create(certificate_path, key_path)
        try:
            certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
            key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        except (OSError, ValueError) as error:
            hint = f"devcors untrust, then remove {folder}; a new one is made, and must be trusted anew"
            raise StartError(f"the certificate authority cannot be read: {error}", hint=hint) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise StartError(
                "the certificate authority's key is another one's", hint=f"devcors untrust, then remove {folder}"
            )
        return cls(certificate, key, certificate_path)

    def leaf(self, host: str) -> Leaf:
        """A certificate for this one name (or IP address, without brackets)."""
        known = self._leaves.get(host)
        now = datetime.datetime.now(datetime.UTC)
        if known is None or known.certificate.not_valid_after_utc - now < LEAF_LIFE / 3:
            known = self._leaves[host] = self._sign(host, now)
        return known

    def _sign(self, host: str, now: datetime.datetime) -> Leaf:
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host.encode("idna").decode())
        issuer_key_id = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])]))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + LEAF_LIFE)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key_id), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        return Leaf(certificate, key)


def _create(certificate_path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"devcors development CA {x509.random_serial_number():x}"[:48]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "devcors"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    encryption = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    # the key first: a certificate without its key would be taken for a broken CA
    write_private(key_path, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, encryption))
    write_private(certificate_path, certificate.public_bytes(pem))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """RFC 5280, section 4.2.1.3: a CA signs certificates, a server signs handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )

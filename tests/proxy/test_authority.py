"""The certificate authority: private, the same after a restart, and signing one name at a time."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from devcors.errors import StartError
from devcors.proxy import authority
from devcors.proxy.authority import CERTIFICATE_FILE, KEY_FILE, CertificateAuthority, Leaf


def verify(leaf: Leaf, ca: CertificateAuthority, name: str) -> None:
    """As a TLS client does it; raises VerificationError."""
    try:
        subject: x509.IPAddress | x509.DNSName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    store = Store([ca.certificate])
    PolicyBuilder().store(store).build_server_verifier(subject).verify(leaf.certificate, [])


def test_the_files_are_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "ca"
    ca = CertificateAuthority.load_or_create(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert ca.path == folder / CERTIFICATE_FILE
    assert {path.name for path in folder.iterdir()} == {CERTIFICATE_FILE, KEY_FILE}


def test_a_restart_has_the_same_one(tmp_path: Path) -> None:
    first, second = (CertificateAuthority.load_or_create(tmp_path) for _ in range(2))
    assert first.certificate == second.certificate
    verify(second.leaf("api.test"), first, "api.test")


def test_two_machines_have_two(tmp_path: Path) -> None:
    one, other = (CertificateAuthority.load_or_create(tmp_path / name) for name in "ab")
    assert one.certificate.subject != other.certificate.subject
    with pytest.raises(VerificationError):
        verify(one.leaf("api.test"), other, "api.test")


def test_what_the_ca_may_do(tmp_path: Path) -> None:
    certificate = CertificateAuthority.load_or_create(tmp_path).certificate
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.digital_signature) == (True, False)


@pytest.mark.parametrize("name", ["api.test", "xn--bcher-kva.test", "127.0.0.1", "::1", "a" * 63 + ".test"])
def test_a_leaf_is_for_its_one_name(tmp_path: Path, name: str) -> None:
    ca = CertificateAuthority.load_or_create(tmp_path)
    leaf = ca.leaf(name)
    verify(leaf, ca, name)
    with pytest.raises(VerificationError):
        verify(leaf, ca, "other.test")
    names = leaf.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert len(names) == 1
    usages = leaf.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.SERVER_AUTH]
    life = leaf.certificate.not_valid_after_utc - leaf.certificate.not_valid_before_utc
    assert life < datetime.timedelta(days=398)


def test_leaves_have_keys_of_their_own_and_are_made_once(tmp_path: Path) -> None:
    ca = CertificateAuthority.load_or_create(tmp_path)
    one, other = ca.leaf("a.test"), ca.leaf("b.test")
    keys = {leaf.key.public_key().public_numbers() for leaf in (one, other)}
    public = ca.certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert len(keys | {public.public_numbers()}) == 3
    assert ca.leaf("a.test") is one


def test_a_leaf_is_renewed_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca = CertificateAuthority.load_or_create(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(authority, "LEAF_LIFE", datetime.timedelta(days=20))
        old = ca.leaf("a.test")
    assert ca.leaf("a.test") is not old


@pytest.mark.parametrize("broken", [CERTIFICATE_FILE, KEY_FILE])
def test_broken_files_are_told(tmp_path: Path, broken: str) -> None:
    CertificateAuthority.load_or_create(tmp_path)
    (tmp_path / broken).write_bytes(b"not PEM")
    with pytest.raises(StartError, match="cannot be read") as caught:
        CertificateAuthority.load_or_create(tmp_path)
    assert str(tmp_path) in (caught.value.hint or "")


def test_a_key_of_another_ca_is_told(tmp_path: Path) -> None:
    for name in "ab":
        CertificateAuthority.load_or_create(tmp_path / name)
    (tmp_path / "a" / KEY_FILE).write_bytes((tmp_path / "b" / KEY_FILE).read_bytes())
    with pytest.raises(StartError, match="another one's"):
        CertificateAuthority.load_or_create(tmp_path / "a")


def test_half_a_ca_is_made_anew(tmp_path: Path) -> None:
    first = CertificateAuthority.load_or_create(tmp_path)
    (tmp_path / CERTIFICATE_FILE).unlink()
    assert CertificateAuthority.load_or_create(tmp_path).certificate != first.certificate

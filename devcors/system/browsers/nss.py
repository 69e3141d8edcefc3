"""A certificate authority made known to one Firefox profile, and to nothing else.

Known: Firefox trusts what stands in its profile's NSS database (cert9.db), and a policies.json would change the
installation. NSS's own tool, certutil, writes that database, but few machines have it. Every Firefox brings the NSS
libraries along, though. Wanted: no further program. So certutil where it is there; else Firefox's own libraries, in a
process of their own: `python -m devcors.system.browsers.nss LIBRARIES DATABASE CERTIFICATE NAME`.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from devcors.errors import StartError

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[bytes]"]

LIBRARIES = ("libnss3.so", "libnss3.dylib", "nss3.dll")
_NEEDED = ("mozsqlite3", "nssutil3")
_NAME = "devcors"
_VALID_CA_AND_TRUSTED = 0x08 | 0x10  # CERTDB_VALID_CA, CERTDB_TRUSTED_CA in NSS's certt.h


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, check=False, timeout=30)  # noqa: S603 - our own words, no shell


def trust_in_profile(
    profile: Path,
    certificate: Path,
    installation: Path | None,
    *,
    which: Callable[[str], str | None] = shutil.which,
    run: Run = _run,
) -> None:
    """Makes the profile trust the CA whose PEM file is `certificate`, for TLS servers.

    `installation` is the folder of Firefox's own libraries, where it is known. Raises StartError where no way works.
    """
    said = []
    for command in _ways(profile, certificate, installation, which):
        done = run(command)
        if done.returncode == 0:
            return
        said.append(done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no word why"])
    why = f": {said[-1][0]}" if said else ""
    raise StartError(
        f"the profile cannot be made to trust devcors' certificate authority{why}",
        hint="install NSS's certutil (Debian: libnss3-tools, Fedora: nss-tools, Homebrew: nss), or use another browser",
    )


def _ways(
    profile: Path, certificate: Path, installation: Path | None, which: Callable[[str], str | None]
) -> list[list[str]]:
    database = f"sql:{profile}"
    ways = []
    # Windows has a certutil of its own, which is another thing
    if sys.platform != "win32" and (certutil := which("certutil")):
        ways.append([certutil, "-A", "-d", database, "-n", _NAME, "-t", "C,,", "-i", str(certificate)])
    if installation is not None and any((installation / name).exists() for name in LIBRARIES):
        ways.append([sys.executable, "-m", __name__, str(installation), database, str(certificate), _NAME])
    return ways


class _Item(ctypes.Structure):
    _fields_ = (("type", ctypes.c_int), ("data", ctypes.c_void_p), ("length", ctypes.c_uint))


class _Trust(ctypes.Structure):
    _fields_ = (("ssl", ctypes.c_uint), ("email", ctypes.c_uint), ("signing", ctypes.c_uint))


class Nss:
    """As much of NSS as is needed to add one CA. Raises OSError with NSS's error number where a call fails."""

    def __init__(self, folder: Path) -> None:
        name = next(name for name in LIBRARIES if (folder / name).exists())
        if sys.platform == "win32":
            os.add_dll_directory(str(folder))
        suffix = name.rpartition(".")[2]
        for needed in _NEEDED:  # loaded first, else the system's own of another version are taken
            for path in folder.glob(f"*{needed}.{suffix}"):
                ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
        self._nss = ctypes.CDLL(str(folder / name))
        self._nss.CERT_NewTempCertificate.restype = ctypes.c_void_p
        self._nss.PK11_GetInternalKeySlot.restype = ctypes.c_void_p
        self._nss.CERT_GetDefaultCertDB.restype = ctypes.c_void_p

    def add_authority(self, database: str, der: bytes, name: str) -> None:
        """Opens or makes the database, and adds the CA, trusted for servers."""
        nss = self._nss
        self._check("NSS_InitReadWrite", nss.NSS_InitReadWrite(database.encode()))
        slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
        # without a password, as Firefox makes it: else what is added now would not be believed later
        if nss.PK11_NeedUserInit(slot):
            self._check("PK11_InitPin", nss.PK11_InitPin(slot, None, b""))
        handle = ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
        buffer = ctypes.create_string_buffer(der, len(der))
        item = _Item(0, ctypes.cast(buffer, ctypes.c_void_p), len(der))
        certificate = ctypes.c_void_p(nss.CERT_NewTempCertificate(handle, ctypes.byref(item), None, 0, 1))
        self._check("CERT_NewTempCertificate", -1 if certificate.value is None else 0)
        invalid = ctypes.c_ulong(0)  # CK_INVALID_HANDLE: no key of ours belongs to it
        self._check("PK11_ImportCert", nss.PK11_ImportCert(slot, certificate, invalid, name.encode(), 0))
        trust = _Trust(_VALID_CA_AND_TRUSTED, 0, 0)
        self._check("CERT_ChangeCertTrust", nss.CERT_ChangeCertTrust(handle, certificate, ctypes.byref(trust)))
        nss.CERT_DestroyCertificate(certificate)
        nss.PK11_FreeSlot(slot)
        self._check("NSS_Shutdown", nss.NSS_Shutdown())

    def _check(self, call: str, status: int) -> None:
        if status != 0:
            raise OSError(f"{call}: NSS error {self._nss.PORT_GetError()}")


if __name__ == "__main__":
    folder, database, certificate, name = sys.argv[1:]
    der = ssl.PEM_cert_to_DER_cert(Path(certificate).read_text())
    Nss(Path(folder)).add_authority(database, der, name)

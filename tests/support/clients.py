"""Programs that ask a URL through a proxy, each of its own kind: what they trust is theirs to find."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .browser import chromium
from .chromium import FLAGS
from .daemon import ROOT
from .programs import needed

SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

# by CONNECT, as Node before 22.21 knows no proxy; it ends with 3 for whatever goes wrong
NODE_SCRIPT = """
const http = require("http"), https = require("https");
const [proxy, target] = process.argv.slice(-2).map(text => new URL(text));
const fail = error => { console.error(error.message); process.exit(3); };
http.request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: `${target.hostname}:443` })
  .on("connect", (answer, socket) => {
    https.get({ host: target.hostname, path: target.pathname, socket, agent: false }, answer => {
      answer.resume().on("end", () => process.exit(answer.statusCode === 200 ? 0 : 3));
    }).on("error", fail);
  }).on("error", fail).end();
"""

HTTPX_SCRIPT = "import sys, httpx; sys.exit(httpx.get(sys.argv[1], timeout=20).status_code != 200)"


def bare(home: Path, **further: str) -> dict[str, str]:
    """This process's environment without what says something of proxies and certificates."""
    told = ("_proxy", "_ca_bundle", "_ca_certs", "ssl_cert_file", "ssl_cert_dir", "_cainfo", "pip_cert")
    kept = {name: text for name, text in os.environ.items() if not name.lower().endswith(told)}
    kept = {name: text for name, text in kept.items() if not name.startswith("XDG_")}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **further}


def run(command: Sequence[str], environ: Mapping[str, str], *, timeout: float = 90) -> subprocess.CompletedProcess[str]:
    """To its end; what it says is kept for the message of a failed test."""
    return subprocess.run(
        list(command),
        env=dict(environ),
        cwd=environ["HOME"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
        start_new_session=True,
    )


@dataclass(frozen=True)
class Client:
    """One kind of program; `command` asks `url` through `proxy`, with what else it needs in the environment."""

    home: Path
    proxy: str

    def curl(self, url: str) -> tuple[list[str], dict[str, str]]:
        return [needed("curl"), "--silent", "--show-error", "--fail", "--proxy", self.proxy, url], {}

    def httpx(self, url: str) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-c", HTTPX_SCRIPT, url], {"HTTPS_PROXY": self.proxy, "SSL_CERT_FILE": SYSTEM_BUNDLE}

    def node(self, url: str) -> tuple[list[str], dict[str, str]]:
        command = [needed("node"), "--use-openssl-ca", "-e", NODE_SCRIPT, self.proxy, url]
        return command, {"SSL_CERT_FILE": SYSTEM_BUNDLE}

    def chromium(self, url: str) -> tuple[list[str], dict[str, str]]:
        profile = f"--user-data-dir={self.home / 'chromium'}"
        return [chromium(), "--headless", *FLAGS, profile, f"--proxy-server={self.proxy}", "--dump-dom", url], {}

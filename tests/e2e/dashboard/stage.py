"""What the dashboard's tests play on: an app, its API, a devcors in front of them, and a Chromium that looks on."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.daemon import Daemon
from tests.support.servers import Reply, Seen, Server

CONFIG = """\
frontend = "{app}"

[routes]
"/api" = "{api}"                # the shop's own
"/api/auth" = {{ target = "{api}", cors = "inject" }}
"/down" = "http://localhost:{closed}"

[cors]
origins = ["{app}"]

[server]
capture = 65536
"""

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`);
});
"""


def app(_: Seen) -> Reply:
    """A page that a script of the test acts on."""
    page = b'<!doctype html><link rel="icon" href="data:,"><title>shop</title>'
    return Reply(headers=[("Content-Type", "text/html")], body=page)


def api(seen: Seen) -> Reply:
    """Knows nothing of CORS; sets one cookie that no browser takes from it, and one that all take."""
    headers = [("Content-Type", "application/json"), ("X-Hostile", HOSTILE)]
    if seen.target.startswith("/api/auth"):
        if seen.method == "OPTIONS":
            return Reply(404, body=b"")
        headers += [("Set-Cookie", "sid=secret-value; SameSite=None; Path=/"), ("Set-Cookie", "theme=dark; Path=/")]
    if seen.target.startswith("/api/moved"):
        return Reply(302, [("Location", "/api/items")])
    return Reply(headers=headers, body=json.dumps({"items": [{"id": 1, "name": HOSTILE}]}).encode())


@dataclass
class Stage:
    """All of it, running."""

    daemon: Daemon
    folder: Path
    app: Server
    api: Server
    other: Server
    context: BrowserContext
    admin: str
    token: str
    asked: list[str] = field(default_factory=list)
    """Every URL that the browser has asked for."""

    @property
    def config(self) -> Path:
        """The daemon's devcors.toml."""
        return self.folder / "devcors.toml"

    def send(self, path: str, method: str = "GET", **fields: str) -> int:
        """One request to the front door, not from a browser; the status."""
        headers = {name.replace("_", "-"): text for name, text in fields.items()}
        request = urllib.request.Request(f"{self.daemon.url}{path}", headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def ask(self, path: str) -> Any:
        """One question to the admin API."""
        request = urllib.request.Request(self.admin + path, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def clear(self) -> None:
        """Forgets all exchanges."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(f"{self.admin}/api/clear", b"{}", headers), timeout=5).close()

    @contextmanager
    def dashboard(
        self, at: str = "", *, prepare: Callable[[Page], object] | None = None, **more: Any
    ) -> Iterator[Page]:
        """The dashboard, opened as its printed address opens it, then at `at`. In the end: nothing was refused by its
        own policy, no script failed, and nothing was asked of another machine.
        """
        faults: list[str] = []
        page = self.context.new_page()
        page.set_viewport_size(more.pop("viewport", {"width": 1280, "height": 800}))
        page.emulate_media(color_scheme=more.pop("color_scheme", "light"))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message.text) else None)
        page.add_init_script(_VIOLATIONS)
        if prepare is not None:
            prepare(page)
        page.goto(f"{self.admin}/#token={self.token}")
        expect(page.locator("#state-words")).to_have_text("live")
        if at:
            page.goto(f"{self.admin}/#{at}")
        yield page
        violations = page.evaluate("violations")
        page.close()
        assert (violations, faults) == ([], [])
        strangers = [url for url in self.asked if not _is_local(url)]
        assert strangers == []


def _is_fault(text: str) -> bool:
    """Chromium prints one line for each answer that is no success: the API's refusals are such."""
    return "the server responded with a status of 4" not in text


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname in _LOOPBACK


def address(home: Path) -> tuple[str, str]:
    """The admin port's URL and token of the only devcors that runs with this home."""
    (file,) = home.rglob("running/*.json")
    found: Mapping[str, str] = json.loads(file.read_text())
    return found["admin"].rstrip("/"), found["token"]

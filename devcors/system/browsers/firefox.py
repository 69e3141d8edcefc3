"""Firefox: preferences in the profile's user.js, and the CA in the profile's own NSS database."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from .nss import trust_in_profile
from .opening import Opening

Value = str | int | bool

_QUIET: Mapping[str, Value] = {
    # no pages of Firefox's own
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "startup.homepage_welcome_url": "",
    "termsofuse.bypassNotification": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.firstRunURL": "",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "trailhead.firstrun.didSeeAboutWelcome": True,
    # what goes through devcors is the pages' own
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "extensions.update.enabled": False,
    "browser.region.network.url": "",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
    "browser.newtabpage.activity-stream.feeds.topsites": False,
}


def preferences(opening: Opening) -> dict[str, Value]:
    """What makes every request of the profile go through devcors, loopback included."""
    return {
        "network.proxy.type": 1,  # as the settings below say
        "network.proxy.http": opening.host,
        "network.proxy.http_port": opening.port,
        "network.proxy.ssl": opening.host,
        "network.proxy.ssl_port": opening.port,
        "network.proxy.no_proxies_on": "",
        "network.proxy.allow_hijacking_localhost": True,
        "network.trr.mode": 5,  # off by choice: names are resolved by devcors
        **_QUIET,
    }


def prepare(opening: Opening, profile: Path, libraries: Path | None) -> None:
    """Fills the empty folder `profile`. Raises StartError where the CA cannot be put into it."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences(opening).items()]
    (profile / "user.js").write_text("\n".join(lines) + "\n", encoding="utf-8")
    trust_in_profile(profile, opening.authority, libraries)


def options(opening: Opening, profile: Path, platform: str = sys.platform) -> list[str]:
    """The options after the program."""
    return [
        "--no-remote",  # a Firefox that runs already has another profile
        "--profile",
        str(profile),
        # Windows: firefox.exe starts another one, and would end before it
        *(["-wait-for-browser"] if platform == "win32" else []),
        *(["--headless"] if opening.headless else []),
        *opening.extra,
        opening.url,
    ]

"""Which desktop this machine has. KDE first: its sessions have GNOME's tool too, but go by their own setting."""

from __future__ import annotations

from devcors.errors import SettingsError

from .gnome import Gnome
from .kde import Kde
from .macos import MacOs
from .values import Desktop
from .windows import Windows


def desktops() -> list[Desktop]:
    """All that devcors knows."""
    return [Windows(), MacOs(), Kde(), Gnome()]


def this_desktop() -> Desktop:
    """The one that counts here. Raises SettingsError where none is known."""
    for desktop in desktops():
        if desktop.check():
            return desktop
    raise SettingsError(
        "no proxy setting of this system is known to devcors",
        hint="set the PAC URL that `devcors up` prints by hand, in the system's or in the browser's settings",
    )


def desktop_named(name: str) -> Desktop:
    """The one that a journal names. Raises SettingsError."""
    for desktop in desktops():
        if desktop.name == name:
            return desktop
    raise SettingsError(f"no such desktop: {name}", hint="use the version of devcors that set the proxy")

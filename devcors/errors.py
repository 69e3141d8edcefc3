"""Everything that devcors raises on purpose: one tree, so that one `except` at the edge can print any of it.

An error says what went wrong and why in its message, where in `where` (file:line:column, header, route), and the next
step in `hint`. Nothing below the command line prints: it raises one of these.
"""

from __future__ import annotations


class DevcorsError(Exception):
    """Base of all expected failures. `exit_code` is the process's status when nobody handles it (design: 1 or 2)."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class UsageError(DevcorsError):
    """The command line asks for something that does not go together or does not exist."""

    exit_code = 2


class ConfigError(DevcorsError):
    """The configuration cannot be used."""

    exit_code = 2


class PatternError(ConfigError):
    """A route pattern, rewrite or condition that cannot be compiled; `offset` counts characters into the text."""

    def __init__(self, message: str, *, hint: str | None = None, offset: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.offset = offset


class MalformedError(DevcorsError):
    """Something from the network that is not what its standard says (a Host, an Origin, a URL). Becomes a 400."""


class StartError(DevcorsError):
    """The daemon could not start: an address that cannot be had, a command that cannot be run, a missing permission."""


class SettingsError(DevcorsError):
    """The system's own settings (its proxy) could not be read or changed, or belong to somebody at the moment."""


class PortTakenError(StartError):
    """Somebody listens on `port` already."""

    def __init__(self, port: int, owner: str = "") -> None:
        by = f" by {owner}" if owner else ""
        hint = "stop the program that listens there, or choose another with --port"
        super().__init__(f"port {port} is taken{by}", hint=hint)
        self.port = port

"""The judge's answer: what each browser does with a response, and which rule decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Step = Literal["request", "preflight", "redirect", "response"]


@dataclass(frozen=True, slots=True)
class BrowserVerdict:
    """One browser: the name it gives the error (Chromium: Network.CorsError; Firefox: the key of the message).

    `lacking` holds every request header that `parameter` could have named: Chromium picks one of them at random.
    """

    allowed: bool
    error: str | None = None
    parameter: str = ""
    messages: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


ALLOWED = BrowserVerdict(allowed=True)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Both browsers. `step` is where it was decided; `header` the field that decided, None where none did."""

    step: Step
    header: str | None
    chromium: BrowserVerdict
    firefox: BrowserVerdict

    @property
    def allowed(self) -> bool:
        """Allowed in every browser judged."""
        return self.chromium.allowed and self.firefox.allowed

    def to_json(self) -> dict[str, Any]:
        """The fields of the exchange record (design, section 6)."""
        chromium, firefox = self.chromium, self.firefox
        return {
            "allowed": self.allowed,
            "step": self.step,
            "header": self.header,
            "chromium": {
                "allowed": chromium.allowed,
                "error": chromium.error,
                "parameter": chromium.parameter,
                "messages": list(chromium.messages),
            },
            "firefox": {"allowed": firefox.allowed, "error": firefox.error, "messages": list(firefox.messages)},
        }

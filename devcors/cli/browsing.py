"""`browser`: what its words mean."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from devcors.daemon.browsing import Wanted
from devcors.errors import UsageError
from devcors.system.browsers.browser import NAMES

from .output import console


def meant(words: Sequence[str]) -> Wanted:
    """A browser's name, then a URL, each where it is there, then the browser's own options."""
    left = list(words)
    name = next((known for known in NAMES if left and left[0] == known), None)
    if name is not None:
        left.pop(0)
    url = left.pop(0) if left and not left[0].startswith("-") else None
    return Wanted(name, _url(url) if url is not None else None, tuple(left))


def _url(text: str) -> str:
    if "://" in text or text.startswith("about:"):
        return text
    if "." not in text and ":" not in text and text.partition("/")[0] != "localhost":
        raise UsageError(
            f"{text!r} is neither a browser nor a URL", hint=f"name one of {', '.join(NAMES)}, or write http://{text}"
        )
    return f"http://{text}"


def tell(message: str) -> None:
    """A sentence on stderr."""
    console(stderr=True).print(Text.assemble(("note: ", "yellow"), message))

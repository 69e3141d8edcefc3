"""A Set-Cookie made to work at the front door: `cookies = "auto"`, or the attributes that a config's table asks for.

Known: what the target set for its own scheme, host and paths; the front door's scheme and host, and how its paths map.
Wanted: the same cookie for the front door, changed as little as possible and every change told. The browser sees one
origin, so SameSite never needs to be None there; what no browser would have stored from the target itself (a Domain
that is not the target's, a prefix whose promise is not kept) stays as it is, for the judge to tell.

Two things are never done. A Path of `/` is not narrowed to the route: the cookie works as it is, `__Host-` asks for it,
and scripts of the page may have to read it. A name is not changed: over plain http on a host that is not loopback no
browser stores `__Host-` and `__Secure-` cookies, and one called otherwise would not reach the backend under the name
that it looks for. The cookie then goes out unchanged, with a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from .browsers import CHROMIUM
from .rules import prefix_of
from .scope import path_matches, scope_of
from .setcookie import Attribute, SetCookie, parse_set_cookie, serialize
from .site import is_trustworthy


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """The front door, and the route's target, as a cookie sees them.

    `back` turns a path at the target into one at the front door, None where no route leads there. `base` is the path
    at the target that the route's own prefix stands for, where it has one: cookies for a parent of it cover the route.
    """

    scheme: str
    host: str
    back: Callable[[bytes], bytes | None]
    target_host: str
    target_scheme: str
    base: bytes = b"/"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The field value to send on, and each change in a few words; `warnings` say what could not be made to work."""

    text: bytes
    changes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Edit:
    """A cookie being changed: attributes set and removed by lower-case name, and what is told of it."""

    cookie: SetCookie
    changes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def set(self, name: bytes, value: bytes | None) -> None:
        """The attribute once, at the place and with the spelling of its first mention, else at the end."""
        out: list[Attribute] = []
        done = False
        for attribute in self.cookie.attributes:
            if attribute[0].lower() != name.lower():
                out.append(attribute)
            elif not done:
                out.append((attribute[0], value))
                done = True
        self._put(out if done else [*out, (name, value)])

    def remove(self, name: bytes) -> None:
        """No attribute of this name."""
        self._put(attribute for attribute in self.cookie.attributes if attribute[0].lower() != name.lower())

    def _put(self, attributes: Iterable[Attribute]) -> None:
        self.cookie = replace(self.cookie, attributes=tuple(attributes))

    def result(self, text: bytes) -> Rewritten:
        """The bytes as they came where nothing was changed."""
        sent = serialize(self.cookie) if self.changes else text
        return Rewritten(sent, tuple(self.changes), tuple(self.warnings))


def rewrite_auto(set_cookie_string: bytes, door: FrontDoor) -> Rewritten:
    """What the target set for itself, for the front door. Never fails; what is right already comes back as it was."""
    cookie = parse_set_cookie(set_cookie_string)
    if cookie is None:
        return Rewritten(set_cookie_string)
    edit = _Edit(cookie)
    if is_trustworthy(door.scheme, door.host):
        _warn_of_safari(edit, door)
    elif prefix := prefix_of(cookie.name, CHROMIUM.prefixes):
        return Rewritten(set_cookie_string, (), (_unstorable(cookie, len(prefix), door),))
    else:
        _without_secure(edit, door)
    _own_domain(edit, door)
    _own_path(edit, door)
    _secure_partners(edit)
    return edit.result(set_cookie_string)


def _unstorable(cookie: SetCookie, length: int, door: FrontDoor) -> str:
    prefix, where = _text(cookie.name[:length]), f"{door.scheme}://{door.host}"
    return f"{prefix} cookies are not stored over {where} by any browser: turn on [server] https"


def _warn_of_safari(edit: _Edit, door: FrontDoor) -> None:
    if edit.cookie.secure and not is_trustworthy(door.scheme, door.host, loopback=False):
        edit.warnings.append(f"Safari stores no Secure cookie over {door.scheme}://{door.host}: turn on [server] https")


def _without_secure(edit: _Edit, door: FrontDoor) -> None:
    """Secure over plain http is refused everywhere (RFC 6265bis, section 5.7)."""
    if edit.cookie.secure:
        edit.remove(b"secure")
        edit.changes.append(f"Secure removed ({door.scheme}://{door.host} is not a secure context)")


def _own_domain(edit: _Edit, door: FrontDoor) -> None:
    """A Domain that holds at the target but not at the front door goes: the cookie becomes host-only."""
    domain = edit.cookie.domain
    if domain is not None and scope_of(domain, door.target_host) and not scope_of(domain, door.host):
        written = _text(_last(edit.cookie, b"domain"))
        edit.remove(b"domain")
        edit.changes.append(f"Domain={written} removed")


def _own_path(edit: _Edit, door: FrontDoor) -> None:
    """Without a Path the browser takes the front door's own folder, which is what the target meant."""
    path = edit.cookie.path
    if path is None or path == b"/":
        return
    back = door.back(path)
    if back is None and path_matches(door.base, path):
        back = door.back(door.base)
    if back is None:
        edit.warnings.append(f"Path={_text(path)} is outside of the route: the cookie is not sent back through it")
    elif back != path:
        edit.set(b"Path", back)
        edit.changes.append(f"Path {_text(path)} -> {_text(back)}")


def _secure_partners(edit: _Edit) -> None:
    """SameSite=None and Partitioned go only with Secure; at one origin neither is needed."""
    if edit.cookie.secure:
        return
    if edit.cookie.same_site == "none":
        edit.set(b"SameSite", b"Lax")
        edit.changes.append("SameSite=None -> Lax")
    if edit.cookie.partitioned:
        edit.remove(b"partitioned")
        edit.changes.append("Partitioned removed")


def rewrite_table(
    set_cookie_string: bytes,
    *,
    domain: str | None = None,
    path: str | None = None,
    secure: bool | None = None,
    samesite: str | None = None,
) -> Rewritten:
    """The attributes that a config forces: None leaves one as it is, "" (or False) removes it."""
    cookie = parse_set_cookie(set_cookie_string)
    if cookie is None:
        return Rewritten(set_cookie_string)
    edit = _Edit(cookie)
    _force(edit, b"Domain", domain)
    _force(edit, b"Path", path)
    _force(edit, b"SameSite", samesite.capitalize() if samesite else samesite)
    if secure and not cookie.secure:
        edit.set(b"Secure", None)
        edit.changes.append("Secure added")
    elif secure is False and cookie.secure:
        edit.remove(b"secure")
        edit.changes.append("Secure removed")
    return edit.result(set_cookie_string)


def _force(edit: _Edit, name: bytes, wanted: str | None) -> None:
    if wanted is None:
        return
    value = wanted.encode("utf-8", "replace")
    old = list(edit.cookie.written(name.lower()))
    if old == ([value] if value else []):
        return
    label, was = name.decode(), "=" + _text(old[-1]) if old else ""
    if value:
        edit.set(name, value)
        edit.changes.append(f"{label}{was} -> {wanted}" if old else f"{label}={wanted} added")
    else:
        edit.remove(name)
        edit.changes.append(f"{label}{was} removed")


def _last(cookie: SetCookie, name: bytes) -> bytes:
    *_, last = (b"", *cookie.written(name))
    return last


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")

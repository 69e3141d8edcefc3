"""The rules by which a browser refuses to store a cookie: one small question each.

Known: a cookie, the exchange it came with, and the browser's profile. Every rule says whether it is broken. Which rules
a browser has, in which order, and what it calls them stands in `browsers`; where browsers read the same words
differently, the profile says how and the rule asks it.
"""

from __future__ import annotations

from devcors.urls import is_ip_literal

from .cases import Case, Kept, stored_from
from .scope import Scope, path_matches, scope_of
from .setcookie import MAX_PAIR, serialize

# What the cookie itself is


def null_byte(case: Case) -> bool:
    """A NUL, which no header field may hold (RFC 9110, section 5.5): the browser drops the whole response."""
    return case.cookie.has_controls and b"\x00" in serialize(case.cookie)


def empty(case: Case) -> bool:
    """Neither name nor value (RFC 6265bis, section 5.7)."""
    return not case.name and not case.value


def oversized(case: Case) -> bool:
    """More than 4096 bytes of name and value (RFC 6265bis, section 5.6)."""
    return len(case.name) + len(case.value) > MAX_PAIR


def forbidden_in_name(case: Case) -> bool:
    """A control character in the name."""
    return case.cookie.has_controls and case.browser.forbidden.search(case.name) is not None


def forbidden_in_value(case: Case) -> bool:
    """A control character in the value."""
    return case.cookie.has_controls and case.browser.forbidden.search(case.value) is not None


def forbidden_in_attributes(case: Case) -> bool:
    """A control character in any attribute, known or not."""
    search = case.browser.forbidden.search
    return case.cookie.has_controls and any(
        search(part) for attribute in case.cookie.attributes for part in attribute if part
    )


def tab_in_path(case: Case) -> bool:
    """A TAB in the path, in a browser that lets TABs pass elsewhere."""
    return b"\t" in (case.cookie.path or b"")


def nameless(case: Case) -> bool:
    """`=value`."""
    return not case.name


def nameless_with_equals(case: Case) -> bool:
    """`=a=b`: on the way back nobody could tell it from a cookie called `a`."""
    return not case.name and b"=" in case.value


# What its attributes ask for


def foreign_domain(case: Case) -> bool:
    """A Domain that the host may not set cookies for (RFC 6265bis, section 5.7)."""
    return case.cookie.domain is not None and scope_of(case.cookie.domain, case.context.host) is None


def broken_prefix(case: Case) -> bool:
    """A name whose prefix promises what the attributes do not keep (RFC 6265bis, sections 4.1.3 and 5.7)."""
    if not case.name:
        # the server could not tell `=__Host-c=1` from a true __Host- cookie
        return case.value.lower().startswith(case.browser.prefixes)
    prefix = prefix_of(case.name, case.browser.prefixes)
    if prefix is None:
        return False
    cookie = case.cookie
    if not (cookie.secure and case.secure_url) or (b"http-" in prefix and not cookie.http_only):
        return True
    return prefix.startswith(b"__host-") and not _bound_to_host(case)


def prefix_of(name: bytes, prefixes: tuple[bytes, ...]) -> bytes | None:
    """The first of the prefixes that the name starts with, whatever its case; lower case."""
    if not name.startswith(b"__"):
        return None
    lower = name.lower()
    return next((prefix for prefix in prefixes if lower.startswith(prefix)), None)


def _bound_to_host(case: Case) -> bool:
    cookie, host = case.cookie, case.context.host.lower()
    if case.browser.prefix_reads_stored:
        stored = stored_from(case)
        return stored.scope.host_only and stored.path == b"/"
    *_, domain = (b"", *cookie.written(b"domain"))
    # an address may be named, but not with a dot before it
    own_address = is_ip_literal(host) and domain.lower() == host.encode("latin-1", "replace")
    return cookie.path == b"/" and (cookie.domain is None or own_address)


def insecure_partitioned(case: Case) -> bool:
    """Partitioned without Secure (CHIPS, "Partitioned requires Secure"), but in a frame that is kept apart anyway."""
    return case.cookie.partitioned and not case.cookie.secure and not case.anonymous


def partitioned_over_http(case: Case) -> bool:
    """Partitioned over a connection that is not secure."""
    return case.cookie.partitioned and not case.secure_url and not case.anonymous


def insecure_none(case: Case) -> bool:
    """SameSite=None without Secure (RFC 6265bis, section 5.7)."""
    return case.cookie.same_site == "none" and not case.cookie.secure


def insecure_url(case: Case) -> bool:
    """Secure over a connection that is not (RFC 6265bis, sections 5.7 and 5.8.3: neither stored nor sent)."""
    return case.cookie.secure and not case.secure_url


# Whether the site may store it from here (RFC 6265bis, section 5.7: any SameSite may be set by a navigation)


def foreign_strict(case: Case) -> bool:
    """SameSite=Strict set in a page of another site."""
    return case.cookie.same_site == "strict" and case.foreign


def foreign_lax(case: Case) -> bool:
    """SameSite=Lax set in a page of another site."""
    return case.cookie.same_site == "lax" and case.foreign


def foreign_unset(case: Case) -> bool:
    """No SameSite, in a page of another site."""
    return case.cookie.same_site is None and case.browser.unset_is_lax and case.foreign


def foreign_any(case: Case) -> bool:
    """Any cookie in a page of another site."""
    return case.foreign


# What the jar holds already (RFC 6265bis, section 5.7)


def script_http_only(case: Case) -> bool:
    """HttpOnly written by a script."""
    return case.context.from_script and case.cookie.http_only


def replaces_http_only(case: Case) -> bool:
    """A script's cookie in the place of an HttpOnly one."""
    if not case.context.from_script:
        return False
    stored = stored_from(case)
    return any(
        rival.cookie.http_only and (rival.stored.scope, rival.stored.path) == (stored.scope, stored.path)
        for rival in case.rivals
    )


def overlays_secure(case: Case) -> bool:
    """A cookie from a connection that is not secure, which would replace or hide a Secure one."""
    if case.secure_url or not case.rivals:
        return False
    return any(rival.cookie.secure and _hides(case, rival) for rival in case.rivals)


def _hides(case: Case, rival: Kept) -> bool:
    new, old = stored_from(case), rival.stored
    if case.browser.host_only_shadows:
        near = _reaches(new.scope.domain, old.scope.domain) or _reaches(old.scope.domain, new.scope.domain)
    else:
        near = old.scope.matches(new.scope.domain) or new.scope.matches(old.scope.domain)
    return near and path_matches(new.path, old.path)


def _reaches(domain: str, host: str) -> bool:
    return Scope(domain, host_only=False).matches(host)

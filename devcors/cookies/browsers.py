"""The browsers judged, and all in which they differ: one profile each.

Chromium 156 and Firefox ESR 153 are as measured. Safari was not; its profile holds what is documented or widely
seen: cookies of other sites blocked whole (Intelligent Tracking Prevention), Secure only over https, SameSite=None
taken without Secure, no Lax by default, no `__Http-` prefixes.
"""

from __future__ import annotations

import re
from typing import Final

from . import rules, sending
from .cases import Browser
from .eviction import by_priority, secure_last

_HOST_AND_SECURE = (b"__host-", b"__secure-")
_ALL_PREFIXES = (b"__host-http-", b"__http-", *_HOST_AND_SECURE)
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")
_CONTROLS_BUT_TAB = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

CHROMIUM: Final = Browser(
    name="Chromium",
    setting=(
        (rules.null_byte,),
        (rules.empty,),
        (rules.oversized,),
        (rules.forbidden_in_name, rules.forbidden_in_value, rules.forbidden_in_attributes),
        (
            rules.foreign_domain,
            rules.broken_prefix,
            rules.insecure_partitioned,
            rules.partitioned_over_http,
            rules.nameless_with_equals,
        ),
        (
            rules.insecure_url,
            rules.foreign_strict,
            rules.foreign_lax,
            rules.foreign_unset,
            rules.insecure_none,
            rules.overlays_secure,
            rules.script_http_only,
            rules.replaces_http_only,
        ),
    ),
    sending=(
        rules.insecure_url,
        sending.off_path,
        sending.other_host,
        sending.held_strict,
        sending.held_lax,
        sending.held_unset,
        sending.anonymous_context,
        sending.other_partition,
    ),
    # the DevTools protocol's SetCookieBlockedReason and CookieBlockedReason; it has none for Partitioned, `=a=b` and
    # document.cookie
    names={
        rules.empty: "NoCookieContent",
        rules.oversized: "NameValuePairExceedsMaxSize",
        rules.forbidden_in_name: "DisallowedCharacter",
        rules.forbidden_in_value: "DisallowedCharacter",
        rules.forbidden_in_attributes: "DisallowedCharacter",
        rules.foreign_domain: "InvalidDomain",
        rules.broken_prefix: "InvalidPrefix",
        rules.insecure_url: "SecureOnly",
        rules.insecure_none: "SameSiteNoneInsecure",
        rules.foreign_strict: "SchemefulSameSiteStrict",
        rules.foreign_lax: "SchemefulSameSiteLax",
        rules.foreign_unset: "SchemefulSameSiteUnspecifiedTreatedAsLax",
        rules.overlays_secure: "OverwriteSecure",
        sending.off_path: "NotOnPath",
        sending.other_host: "DomainMismatch",
        sending.held_strict: "SchemefulSameSiteStrict",
        sending.held_lax: "SchemefulSameSiteLax",
        sending.held_unset: "SchemefulSameSiteUnspecifiedTreatedAsLax",
        sending.anonymous_context: "AnonymousContext",
    },
    voice="names",
    forbidden=_CONTROLS,
    prefixes=_ALL_PREFIXES,
    prefix_reads_stored=False,
    bare_is_name=False,
    utf8_values=False,
    secure_on_loopback=True,
    schemeful=True,
    redirects_count=False,
    unset_is_lax=True,
    third_party="allowed",
    ancestors_partition=True,
    credentialless_frames=True,
    max_age=re.compile(rb"([+-]?)([0-9]+)"),
    overwriting_ages=True,
    host_only_shadows=True,
    evict=by_priority,
)

FIREFOX: Final = Browser(
    name="Firefox",
    # one rule a phase: Firefox stops at the first
    setting=(
        (rules.null_byte,),
        (rules.forbidden_in_attributes,),
        (rules.empty,),
        (rules.oversized,),
        (rules.forbidden_in_name,),
        (rules.nameless,),
        (rules.forbidden_in_value,),
        (rules.tab_in_path,),
        (rules.insecure_none,),
        (rules.insecure_partitioned,),
        (rules.foreign_domain,),
        (rules.script_http_only,),
        (rules.broken_prefix,),
        (rules.insecure_url,),
        (rules.foreign_strict,),
        (rules.foreign_lax,),
        (rules.overlays_secure,),
        (rules.replaces_http_only,),
    ),
    sending=(
        rules.insecure_url,
        sending.off_path,
        sending.other_host,
        sending.held_strict,
        sending.held_lax,
        sending.other_partition,
    ),
    # the keys of its message file; of cookies that it does not send it names only those lost to a redirect
    names={
        rules.forbidden_in_attributes: "CookieRejectedInvalidCharAttributes",
        rules.empty: "CookieRejectedEmptyNameAndValue",
        rules.oversized: "CookieOversize",
        rules.forbidden_in_name: "CookieRejectedInvalidCharName",
        rules.nameless: "CookieRejectedInvalidCharName",
        rules.forbidden_in_value: "CookieRejectedInvalidCharValue",
        rules.tab_in_path: "CookieRejectedInvalidPath",
        rules.insecure_none: "CookieRejectedNonRequiresSecure2",
        rules.foreign_domain: "CookieRejectedInvalidDomain",
        rules.broken_prefix: "CookieRejectedInvalidPrefix",
        rules.insecure_url: "CookieRejectedSecureButNonHttps",
        rules.foreign_strict: "CookieRejectedForNonSameSiteness",
        rules.foreign_lax: "CookieRejectedForNonSameSiteness",
        rules.insecure_partitioned: "CookieRejectedPartitionedRequiresSecure",
        rules.overlays_secure: "CookieRejectedNonsecureOverSecure",
        rules.script_http_only: "CookieRejectedHttpOnlyButFromScript",
        rules.replaces_http_only: "CookieRejectedHttpOnlyButFromScript",
    },
    voice="console",
    forbidden=_CONTROLS_BUT_TAB,
    prefixes=_ALL_PREFIXES,
    prefix_reads_stored=True,
    bare_is_name=True,
    utf8_values=True,
    secure_on_loopback=True,
    schemeful=False,
    redirects_count=True,
    unset_is_lax=False,
    third_party="partitioned",
    ancestors_partition=False,
    credentialless_frames=False,
    max_age=re.compile(rb"(?:(-).*|([0-9]+))", re.DOTALL),  # a minus sign is enough
    overwriting_ages=False,
    host_only_shadows=False,
    evict=secure_last,
)

SAFARI: Final = Browser(
    name="Safari",
    setting=(
        (rules.null_byte, rules.empty, rules.oversized, rules.forbidden_in_name, rules.forbidden_in_value),
        (rules.forbidden_in_attributes,),
        (rules.foreign_domain, rules.broken_prefix),
        (rules.insecure_url, rules.insecure_partitioned, rules.script_http_only),
        (rules.foreign_any, rules.overlays_secure, rules.replaces_http_only),
    ),
    sending=(
        rules.insecure_url,
        sending.off_path,
        sending.other_host,
        sending.held_strict,
        sending.held_lax,
        sending.held_foreign,
    ),
    names={},
    voice="none",
    forbidden=_CONTROLS_BUT_TAB,
    prefixes=_HOST_AND_SECURE,
    prefix_reads_stored=False,
    bare_is_name=False,
    utf8_values=False,
    secure_on_loopback=False,
    schemeful=False,
    redirects_count=False,
    unset_is_lax=False,
    third_party="blocked",
    ancestors_partition=False,
    credentialless_frames=False,
    max_age=re.compile(rb"(-?)([0-9]+)"),
    overwriting_ages=False,
    host_only_shadows=True,
    evict=secure_last,
)

"""The browsers judged, and all in which they differ: one profile each.

Chromium 156 and Firefox ESR 153 are as measured. Safari was not; its profile holds what is documented or widely
seen: cookies of other sites blocked whole (Intelligent Tracking Prevention), Secure only over https, SameSite=None
taken without Secure, no Lax by default, no `__Http-` prefixes.
"""

from __future__ import annotations

import re
from typing import Final

from . import rules
from .rules import Browser

_HOST_AND_SECURE = (b"__host-", b"__secure-")
_ALL_PREFIXES = (b"__host-http-", b"__http-", *_HOST_AND_SECURE)
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")
_CONTROLS_BUT_TAB = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

CHROMIUM: Final = Browser(
    name="Chromium",
    setting=(
        (rules.empty,),
        (rules.oversized,),
        (rules.forbidden_in_name, rules.forbidden_in_value, rules.forbidden_in_attributes),
        (rules.foreign_domain, rules.broken_prefix, rules.insecure_partitioned, rules.nameless_with_equals),
        (rules.insecure_url, rules.foreign_strict, rules.foreign_lax, rules.foreign_unset, rules.insecure_none),
    ),
    sending=(
        rules.insecure_url,
        rules.off_path,
        rules.other_host,
        rules.held_strict,
        rules.held_lax,
        rules.held_unset,
        rules.other_partition,
    ),
    # the DevTools protocol's SetCookieBlockedReason and CookieBlockedReason; it has none for Partitioned and `=a=b`
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
        rules.off_path: "NotOnPath",
        rules.other_host: "DomainMismatch",
        rules.held_strict: "SchemefulSameSiteStrict",
        rules.held_lax: "SchemefulSameSiteLax",
        rules.held_unset: "SchemefulSameSiteUnspecifiedTreatedAsLax",
    },
    forbidden=_CONTROLS,
    prefixes=_ALL_PREFIXES,
    prefix_reads_stored=False,
    bare_is_name=False,
    secure_on_loopback=True,
    schemeful=True,
    unset_is_lax=True,
    third_party="allowed",
)

FIREFOX: Final = Browser(
    name="Firefox",
    # one rule a phase: Firefox stops at the first
    setting=(
        (rules.forbidden_in_attributes,),
        (rules.empty,),
        (rules.oversized,),
        (rules.forbidden_in_name,),
        (rules.nameless,),
        (rules.forbidden_in_value,),
        (rules.tab_in_path,),
        (rules.insecure_none,),
        (rules.foreign_domain,),
        (rules.broken_prefix,),
        (rules.insecure_url,),
        (rules.foreign_strict,),
        (rules.foreign_lax,),
        (rules.insecure_partitioned,),
    ),
    sending=(
        rules.insecure_url,
        rules.off_path,
        rules.other_host,
        rules.held_strict,
        rules.held_lax,
        rules.other_partition,
    ),
    # the keys of its message file; it says nothing of cookies that it does not send
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
    },
    forbidden=_CONTROLS_BUT_TAB,
    prefixes=_ALL_PREFIXES,
    prefix_reads_stored=True,
    bare_is_name=True,
    secure_on_loopback=True,
    schemeful=False,
    unset_is_lax=False,
    third_party="partitioned",
)

SAFARI: Final = Browser(
    name="Safari",
    setting=(
        (rules.empty, rules.oversized, rules.forbidden_in_name, rules.forbidden_in_value),
        (rules.forbidden_in_attributes,),
        (rules.foreign_domain, rules.broken_prefix),
        (rules.insecure_url, rules.insecure_partitioned),
        (rules.foreign_any,),
    ),
    sending=(
        rules.insecure_url,
        rules.off_path,
        rules.other_host,
        rules.held_strict,
        rules.held_lax,
        rules.held_foreign,
    ),
    names={},
    forbidden=_CONTROLS_BUT_TAB,
    prefixes=_HOST_AND_SECURE,
    prefix_reads_stored=False,
    bare_is_name=False,
    secure_on_loopback=False,
    schemeful=False,
    unset_is_lax=False,
    third_party="blocked",
)

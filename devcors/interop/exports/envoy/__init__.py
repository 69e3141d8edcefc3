"""Envoy, from 1.36 on: a whole static configuration."""

from __future__ import annotations

from importlib.resources import files

from devcors.interop.exports.description import Site
from devcors.interop.exports.writing import Output, Row, beyond_re2, written

from . import clusters, routes, yaml

TITLE = "Envoy"
KEYS = (
    Row("frontend", "the last route"),
    Row('[routes] "/prefix", ":name"', "`match.safe_regex`, in devcors' order"),
    Row(
        '[routes] "^expression"',
        "the same",
        "RE2 has no lookaround and no backreferences: a route that uses them is left out",
    ),
    Row("target", "a cluster; `localhost` is both of its addresses"),
    Row("rewrite", "`regex_rewrite`, a route for each way in which slashes meet"),
    Row("match", "`match.headers`"),
    Row("host", "`host_rewrite_literal`"),
    Row("origin", "the Lua filter"),
    Row("forwarded", "`request_headers_to_add`"),
    Row("headers", "`request_headers_to_add`, `response_headers_to_add`, `…_to_remove`"),
    Row("cookies", "the Lua filter"),
    Row("redirects", "the Lua filter"),
    Row("verify", "`validation_context` with `match_typed_subject_alt_names`"),
    Row("timeout", "`connect_timeout`, `idle_timeout`", "no limit to connecting is written as seven days"),
    Row(
        "cors, [cors]",
        "the `cors` filter, and for preflights a route with `direct_response`",
        "`inject` is written as `rewrite`",
    ),
)


def write(site: Site) -> Output:
    """The config, and what is not in it."""
    return written(
        site,
        "envoy",
        {"block": yaml.block},
        {
            "lua": files(__package__).joinpath("filter.lua").read_text("utf-8").splitlines(),
            "listening": clusters.listening,
            "clusters": clusters.clusters,
            "preflights": routes.preflights,
            "sending": routes.sending,
        },
        left_out=beyond_re2,
    )

"""The options of http-proxy and http-proxy-middleware, which most dev servers hand on, as keys of a route.

One table of rows for all tools: what an option becomes, in code, and in words for the pages of docs/import. An import
is faithful by default; what devcors has otherwise on purpose stands in `better`, and is no remark.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from devcors.traffic.redaction import is_secret_name

from .evaluating import Function, Other, Regex
from .model import Remark, Source

VITE, WEBPACK, HPM, CRA, ANGULAR = "Vite", "webpack", "http-proxy-middleware", "Create React App", "Angular"
VUE, RSBUILD, NUXT = "Vue CLI", "Rsbuild", "Nuxt"
WITH_MIDDLEWARE = frozenset({WEBPACK, HPM, CRA, ANGULAR, VUE, RSBUILD})
WITH_VITE = frozenset({VITE, ANGULAR})  # since Angular 17
ALL = WITH_MIDDLEWARE | {VITE, NUXT}
_OF_CONNECTION = frozenset(
    ("connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")
)


@dataclass(slots=True)
class Reading:
    """The table of one route while its options are read, and what there is to say about them."""

    options: Mapping[str, Any]
    place: Callable[[str], Source]
    table: dict[str, Any] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, option: str, text: str) -> None:
        """Says that an option is otherwise, or left out, and why."""
        self.remarks.append(Remark(option, text, self.place(option)))

    def under(self, *keys: str) -> dict[str, Any]:
        """The table within the route's table, made where it is not there."""
        table = self.table
        for key in keys:
            table = table.setdefault(key, {})
        return table


Take = Callable[[Reading, str, Any], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One option: what it becomes and a remark, both in words (Markdown), and the code that does it.

    `take` is None where the tool's own importer treats the option, since more than its value is needed.
    """

    option: str
    key: str
    remark: str = ""
    take: Take | None = None
    tools: frozenset[str] = ALL


def take_options(
    options: Mapping[str, Any], tool: str, place: Callable[[str], Source], *, handled: Collection[str] = ()
) -> tuple[dict[str, Any], list[Remark]]:
    """The keys of a route for these options, `target` among them where it is a URL, and remarks.

    place: where an option stands. handled: options that the caller treats itself, beside those whose row says so.
    """
    reading = Reading(options, place)
    rows = {row.option: row for row in ROWS if tool in row.tools}
    _names(reading)
    for option, value in options.items():
        row = rows.get(option)
        if option in handled or (row and not row.take) or value is None:
            continue
        if row is None:
            reading.remark(option, f"{tool} has no such option that devcors knows of")
        elif isinstance(value, (Function, Regex, Other)) and row.take not in (_nothing, _left_out):
            kind = value.kind if isinstance(value, Other) else type(value).__name__.lower()
            reading.remark(option, f"its value is no data ({kind}), so it is left out")
        elif row.take:
            row.take(reading, option, value)
    return _tidy(reading.table), reading.remarks


def needs_nothing(option: str, tool: str) -> bool:
    """Whether an option changes nothing that a backend or a page would notice, whatever its value is."""
    return any(row.option == option and row.take is _nothing for row in rows_for(tool))


def rows_for(tool: str) -> tuple[Row, ...]:
    """The rows that a tool has, in order, for its page."""
    return tuple(row for row in ROWS if tool in row.tools)


def _names(reading: Reading) -> None:
    """Host and Origin: http-proxy keeps both but for `changeOrigin`, which is Host alone (its name is misleading)."""
    if reading.options.get("changeOrigin") is not True:
        reading.table.update(host="keep", origin="keep")


def _tidy(table: dict[str, Any]) -> dict[str, Any]:
    first = {"target": table["target"]} if "target" in table else {}
    return {**first, **{key: value for key, value in table.items() if value != {}}}


# -- what becomes of each ------------------------------------------------------------------------------------------


def _nothing(_reading: Reading, _option: str, _value: Any) -> None:
    """Nothing is needed for it."""


def _left_out(reading: Reading, option: str, value: Any) -> None:
    if value not in (False, "", [], {}):
        row = next(row for row in ROWS if row.option == option)
        reading.remark(option, row.remark)


def _target(reading: Reading, option: str, value: Any) -> None:
    from devcors.config.addresses import target_url
    from devcors.config.values import BadValue

    url = _url(value)
    if url is None:
        reading.remark(option, "it is no URL")
        return
    if "@" in urlsplit(url).netloc:  # as in `auth`, which counts more
        user = urlsplit(url).netloc.rpartition("@")[0]
        url = url.replace(f"{user}@", "", 1)
        if not reading.options.get("auth"):
            _auth(reading, option, user)
    try:
        reading.table["target"] = target_url(url)
    except BadValue as error:
        reading.remark(option, str(error))


def _url(value: Any) -> str | None:
    """A URL, or http-proxy's table of its parts (`{ host, port, protocol }`) as one."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or "socketPath" in value:
        return None
    if isinstance(href := value.get("href"), str):
        return href
    host = value.get("hostname") or value.get("host")
    if not isinstance(host, str):
        return None
    scheme = str(value.get("protocol") or "http:").removesuffix("//").rstrip(":")
    port = f":{value['port']}" if value.get("port") and ":" not in host.rpartition("]")[2] else ""
    return f"{scheme}://{host}{port}{value.get('pathname') or value.get('path') or ''}"


def _change_origin(_reading: Reading, _option: str, _value: Any) -> None:
    """In `_names`, since its absence counts too."""


def _secure(reading: Reading, _option: str, value: Any) -> None:
    target = _url(reading.options.get("target")) or ""
    if value is False and target.startswith(("https:", "wss:")):
        reading.table["verify"] = False


def _xfwd(reading: Reading, _option: str, value: Any) -> None:
    if value is True:
        reading.table["forwarded"] = True


def _headers(reading: Reading, option: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        reading.remark(option, "it is no object")
        return
    for name, text in value.items():
        set_field(reading, option, name, text)


def set_field(reading: Reading, option: str, name: str, text: Any) -> None:
    """Takes a field that the config sets on its way to the backend, or says why not."""
    lower = name.lower()
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        reading.remark(option, f"{name} has no text as its value, so it is left out")
    elif lower in _OF_CONNECTION:
        reading.remark(option, f"{name} is left out: it belongs to a connection, which devcors looks after itself")
    elif text == "":
        reading.remark(option, f"{name} is left out: an empty value would remove the field")
    elif lower == "host":
        # `changeOrigin` comes after the headers and wins
        if reading.options.get("changeOrigin") is not True:
            reading.table["host"] = str(text)
    else:
        reading.under("headers", "request")[name] = str(text)
        if lower in ("authorization", "cookie") or is_secret_name(name):
            reading.remark(option, f"the value of {name} may be a secret, and stands in devcors.toml now; {_KEPT_OUT}")


def _auth(reading: Reading, option: str, value: Any) -> None:
    given = base64.b64encode(str(value).encode()).decode()
    set_field(reading, option, "Authorization", f"Basic {given}")


def _cookie_domain(reading: Reading, option: str, value: Any) -> None:
    """People write it to get rid of a Domain. `auto` does so where the target may set it; else it is forced."""
    values = _rewritten(value)
    if values is None:
        reading.remark(option, "it is neither text nor an object")
    elif _are_local(values.values()):
        if values and not _has_domain(reading):
            reading.under("cookies")["domain"] = ""
            if "*" not in values:
                reading.remark(option, "every other Domain is removed too")
    elif set(values) == {"*"}:
        reading.under("cookies")["domain"] = values["*"]
        reading.remark(option, "cookies that have no Domain get it too")
    else:
        reading.remark(option, "devcors makes the Domain fit the front door and knows no other")


def _are_local(values: Iterable[str]) -> bool:
    """Whether all are empty or this machine; a port there is a slip, and means nothing to a browser."""
    from devcors.urls import is_loopback_host

    return all(not value or is_loopback_host(value.partition(":")[0]) for value in values)


def _has_domain(reading: Reading) -> bool:
    """Whether the target's host is a name in a domain, so that a Domain which it sets is its own."""
    from devcors.urls import is_loopback_host

    host = urlsplit(str(reading.table.get("target", ""))).hostname or ""
    return "." in host and not is_loopback_host(host) and not re.fullmatch(r"[0-9.]+", host)


def _cookie_path(reading: Reading, option: str, value: Any) -> None:
    values = _rewritten(value)
    if values is None:
        reading.remark(option, "it is neither text nor an object")
    elif set(values) == {"*"}:
        reading.under("cookies")["path"] = values["*"]
        domains = _rewritten(reading.options.get("cookieDomainRewrite"))
        if domains and _are_local(domains.values()):
            reading.under("cookies")["domain"] = ""  # a table does what it says and no more
        if values["*"]:
            reading.remark(option, "cookies that have no Path get it too")
    elif values:
        reading.remark(option, "devcors makes the Path fit by the route's own rewrite instead")


def _rewritten(value: Any) -> dict[str, str] | None:
    """Old to new; `*` is any old one, and all that text alone says."""
    if value is False or value is None:
        return {}
    if isinstance(value, str):
        return {"*": value}
    return {key: str(new or "") for key, new in value.items()} if isinstance(value, Mapping) else None


def _host_rewrite(reading: Reading, option: str, value: Any) -> None:
    from devcors.urls import is_loopback_host

    if isinstance(value, str) and not is_loopback_host(value.partition(":")[0]):
        reading.remark(option, f"a Location inside the target comes back to the front door, not to {value}")


def _protocol_rewrite(reading: Reading, option: str, value: Any) -> None:
    if value == "https":
        reading.remark(option, "a Location inside the target gets the front door's own scheme")


def _timeout(reading: Reading, option: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        reading.remark(option, "it is no number of milliseconds")
    elif value:
        idle = f"{value:g}ms" if value % 1000 else f"{value // 1000:g}s"
        # both are timers of silence; the backend's counts, where there are two
        if option == "proxyTimeout" or not reading.options.get("proxyTimeout"):
            reading.under("timeout")["idle"] = idle


def _rewrite_ws_origin(reading: Reading, option: str, value: Any) -> None:
    if value is True and reading.table.pop("origin", None):
        reading.remark(option, "Origin is the target's in other requests of the front door's page too")


def _prepend_path(reading: Reading, _option: str, value: Any) -> None:
    if value is False and isinstance(target := reading.table.get("target"), str):
        parts = urlsplit(target)
        reading.table["target"] = f"{parts.scheme}://{parts.netloc}"


_KEPT_OUT = "devcors.local.toml, or a variable as in ${API_KEY}, keeps it out of a repository"
_TRIED = "tried with paths, and the rule that explains them with more paths"
_BYPASS = "where the method, the path, or asking for a page decides (then by Sec-Fetch-Dest); else left out"
_MADE_BY_CODE = "responses are made by the config's own code, which a route cannot do"

# `target` comes first, since others look at it
ROWS = (
    Row("target", "`target`", "text, a URL, or its parts; user and password become Authorization", _target),
    Row(
        "changeOrigin",
        "`host`, `origin`",
        '`true` is devcors\' default; else `host = "keep"` and `origin = "keep"`, as http-proxy does without it',
        _change_origin,
    ),
    Row("secure", "`verify`", "`false` is `verify = false`, where the target has TLS", _secure),
    Row("ws", "nothing", "WebSockets are always taken along", _nothing),
    Row("headers", "`headers.request`", "Host becomes `host`; fields of the connection are left out", _headers),
    Row("auth", "`headers.request.Authorization`", "Basic", _auth),
    Row("xfwd", "`forwarded`", "", _xfwd),
    Row(
        "cookieDomainRewrite",
        "`cookies`",
        'empty or this machine: `cookies.domain = ""`, and nothing where `cookies = "auto"` does it',
        _cookie_domain,
    ),
    Row("cookiePathRewrite", "`cookies.path`", "a table of paths: the route's own rewrite is used back", _cookie_path),
    Row("autoRewrite", "`redirects`", "the default: a Location inside the target comes back", _nothing),
    Row("hostRewrite", "`redirects`", "the default; the host is the front door's", _host_rewrite),
    Row("protocolRewrite", "`redirects`", "the default; the scheme is the front door's", _protocol_rewrite),
    Row("timeout", "`timeout.idle`", "silence, in milliseconds", _timeout),
    Row("proxyTimeout", "`timeout.idle`", "silence of the backend; counts more than `timeout`", _timeout),
    Row("prependPath", "`target`", "`false`: without its path", _prepend_path),
    Row("followRedirects", "", "redirects are not followed on the way: the browser gets them", _left_out),
    Row("ignorePath", "", "a route cannot drop the path and the query of a request", _left_out),
    Row("selfHandleResponse", "", _MADE_BY_CODE, _left_out),
    Row("agent", "", "devcors keeps connections of its own", _left_out),
    Row("localAddress", "", "the system chooses the address to dial from", _left_out),
    Row("forward", "", "a request goes to one place only", _left_out),
    Row("buffer", "", "bodies are streamed as they come", _left_out),
    Row("method", "", "the method of a request is never changed", _left_out),
    Row("ssl", "", "set `verify` to a CA file for certificates of your own", _left_out),
    Row("ca", "", "set `verify` to a CA file for certificates of your own", _left_out),
    Row("toProxy", "", "requests to another proxy are not made by a route", _left_out),
    Row("lookup", "", "names are looked up by the system", _left_out),
    Row("fetch", "", "devcors has no such way of sending", _left_out),
    Row("fetchOptions", "", "devcors has no such way of sending", _left_out),
    Row("preserveHeaderKeyCase", "nothing", "fields go on as they came", _nothing),
    # Vite
    Row("rewrite", "`rewrite`", _TRIED, None, WITH_VITE),
    Row("bypass", "`match`, or routes to the front end", _BYPASS, None, ALL - {NUXT}),
    Row(
        "configure",
        "`headers`, `origin`, `cookies`",
        "where its handlers do the same to every request or response; else left out",
        None,
        WITH_VITE,
    ),
    Row("rewriteWsOrigin", "`origin`", "the default", _rewrite_ws_origin, WITH_VITE),
    # http-proxy-middleware and what is built on it
    Row("context", "the pattern", "globs where a pattern takes the same paths", None, WITH_MIDDLEWARE),
    Row("pathFilter", "the pattern", "globs where a pattern takes the same paths", None, WITH_MIDDLEWARE),
    Row("pathRewrite", "`rewrite`", _TRIED, None, WITH_MIDDLEWARE),
    Row("router", "`match`, `target`", "where trying it shows a rule; else left out", None, WITH_MIDDLEWARE),
    Row("on", "`headers`", "as `configure`", None, WITH_MIDDLEWARE),
    Row("onProxyReq", "`headers.request`", "as `on.proxyReq`", None, WITH_MIDDLEWARE),
    Row("onProxyRes", "`headers.response`", "as `on.proxyRes`", None, WITH_MIDDLEWARE),
    Row("onError", "nothing", "devcors says itself what failed", _nothing, WITH_MIDDLEWARE),
    Row("onOpen", "nothing", "it sees, and changes nothing", _nothing, WITH_MIDDLEWARE),
    Row("onClose", "nothing", "it sees, and changes nothing", _nothing, WITH_MIDDLEWARE),
    Row("onProxyReqWs", "", "the handshake of a WebSocket goes on as any request", _left_out, WITH_MIDDLEWARE),
    Row("plugins", "", "a route cannot run a plugin", _left_out, WITH_MIDDLEWARE),
    Row("ejectPlugins", "nothing", "", _nothing, WITH_MIDDLEWARE),
    Row("logLevel", "nothing", "", _nothing, WITH_MIDDLEWARE),
    Row("logProvider", "nothing", "", _nothing, WITH_MIDDLEWARE),
    Row("logger", "nothing", "", _nothing, WITH_MIDDLEWARE),
)

"""proxy.pac: the script by which a browser sends the hosts of `[intercept]` to devcors, and nothing else.

Known: the keys of `[intercept]`, and where the proxy listens. Wanted: a `FindProxyForURL` that takes exactly the hosts
which `hosts.HostTable` finds, and tells nobody more than their names. Every other host goes where it went before
devcors: through the manual proxy of the system, with its exceptions, or directly. The same stands behind devcors
itself, so that a browser that still has the script when devcors is gone goes on without it.

The engines that run such scripts are old ones too (JScript in Windows): ECMAScript 3 only. The host is read from the
URL, since engines differ in whether they give an IPv6 address its brackets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from devcors.routing.upstream_proxies import HERE, UpstreamProxies
from devcors.urls import Authority

MEDIA_TYPE = "application/x-ns-proxy-autoconfig"
PATH = "/proxy.pac"

_SCRIPT = """\
var hosts = %(hosts)s;
var ways = %(ways)s;
var exceptions = new RegExp(%(exceptions)s);
function exploded(address) {
  var halves = address.replace(/[\\[\\]]/g, "").split("::");
  var before = halves[0] ? halves[0].split(":") : [];
  var after = halves[1] ? halves[1].split(":") : [];
  while (before.length + after.length < 8) { before.push("0"); }
  var all = before.concat(after);
  for (var i = 0; i < 8; i++) { all[i] = ("000" + all[i]).slice(-4); }
  return "[" + all.join(":") + "]";
}
function FindProxyForURL(url, host) {
  var parts = /^(\\w+):\\/\\/(?:[^\\/?#@]*@)?(\\[[^\\]]*\\]|[^\\/?#:]*)(?::(\\d+))?/.exec(url);
  if (!parts) { return "DIRECT"; }
  var secure = /^(https|wss)$/i.test(parts[1]);
  var port = parts[3] || (secure ? "443" : "80");
  var name = parts[2].toLowerCase().replace(/\\.+$/, "");
  var place = (name.charAt(0) === "[" ? exploded(name) : name) + ":" + port;
  var otherwise = exceptions.test(place) ? "DIRECT" : ways[parts[1].toLowerCase()] || "DIRECT";
  var found = function (key) {
    for (var i = 0; i < hosts.length; i++) {
      if (hosts[i] === key || hosts[i] === key + ":" + port) { return true; }
    }
    return false;
  };
  var taken = found(name);
  for (var at = name.indexOf("."); at >= 0 && !taken; at = name.indexOf(".", at + 1)) {
    taken = found("*" + name.substring(at));
  }
  return taken ? %(proxy)s + otherwise : otherwise;
}
"""


_NOBODY = UpstreamProxies()


def proxy_auto_config(hosts: Iterable[str], proxy: Authority, others: UpstreamProxies = _NOBODY) -> str:
    """The script for these keys of `[intercept]` (as the config's check left them) and this proxy.

    `others` is where all else goes: as before, so without `; DIRECT` behind a proxy.
    """
    return _SCRIPT % {
        "hosts": json.dumps(sorted(hosts)),
        "proxy": json.dumps(f"PROXY {proxy}; "),
        "ways": json.dumps(_ways(others)),
        "exceptions": json.dumps(rf"^(?:{'|'.join((*HERE, *others.exceptions))})$") if others else '"^"',
    }


def _ways(others: UpstreamProxies) -> dict[str, str]:
    """By the scheme of a URL."""
    named = {"http": others.http, "ws": others.http, "https": others.https, "wss": others.https}
    return {scheme: f"PROXY {proxy.authority}" for scheme, proxy in named.items() if proxy is not None}


def version(script: str) -> str:
    """A query for the script's URL: another one for another script, since browsers keep what a URL gave them."""
    return hashlib.sha256(script.encode()).hexdigest()[:12]

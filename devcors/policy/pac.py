"""proxy.pac: the script by which a browser sends the hosts of `[intercept]` to devcors, and nothing else.

Known: the keys of `[intercept]`, and where the proxy listens. Wanted: a `FindProxyForURL` that takes exactly the hosts
which `hosts.HostTable` finds, and tells nobody more than their names. `; DIRECT` stands behind the proxy, so that a
browser that still has the script when devcors is gone goes on without it.

The engines that run such scripts are old ones too (JScript in Windows): ECMAScript 3 only. The host is read from the
URL, since engines differ in whether they give an IPv6 address its brackets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from devcors.urls import Authority

MEDIA_TYPE = "application/x-ns-proxy-autoconfig"
PATH = "/proxy.pac"

_SCRIPT = """\
var hosts = %(hosts)s;
function FindProxyForURL(url, host) {
  var parts = /^(\\w+):\\/\\/(?:[^\\/?#@]*@)?(\\[[^\\]]*\\]|[^\\/?#:]*)(?::(\\d+))?/.exec(url);
  if (!parts) { return "DIRECT"; }
  var secure = /^(https|wss)$/i.test(parts[1]);
  var port = parts[3] || (secure ? "443" : "80");
  var name = parts[2].toLowerCase().replace(/\\.+$/, "");
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
  return taken ? %(proxy)s : "DIRECT";
}
"""


def proxy_auto_config(hosts: Iterable[str], proxy: Authority) -> str:
    """The script for these keys of `[intercept]` (as the config's check left them) and this proxy."""
    return _SCRIPT % {"hosts": json.dumps(sorted(hosts)), "proxy": json.dumps(f"PROXY {proxy}; DIRECT")}


def version(script: str) -> str:
    """A query for the script's URL: another one for another script, since browsers keep what a URL gave them."""
    return hashlib.sha256(script.encode()).hexdigest()[:12]

"""proxy.pac, run by a real JavaScript engine: it takes exactly the hosts that the policy takes."""

from __future__ import annotations

import json
import subprocess
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcors.policy.pac import proxy_auto_config, version
from devcors.routing.upstream_proxies import UpstreamProxies, UpstreamProxy, exceptions_of
from devcors.urls import DEFAULT_PORTS, parse_authority
from tests.policy.asking import policy_of
from tests.support.programs import needed

pytestmark = pytest.mark.node

PROXY = parse_authority("127.0.0.1:2677")
THROUGH = "PROXY 127.0.0.1:2677; DIRECT"
HOSTS = (
    "api.example.com",
    "*.cdn.example.com",
    "ported.example.com:8443",
    "*.wild.example.com:444",
    "plain.example.com:80",
    "[::1]",
    "[2001:db8::1]:8443",
    "192.0.2.1",
    "my_box",
    "__proto__",
    "constructor",
)
RUN = """
const [script, asked] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const find = new Function(script + "\\nreturn FindProxyForURL;")();
console.log(JSON.stringify(asked.map(([url, host]) => find(url, host))));
"""


def run(script: str, urls: list[str]) -> list[str]:
    """What the script answers, in Node.js."""
    asked = [(url, urlsplit(url).hostname or "") for url in urls]
    ended = subprocess.run(
        [needed("node"), "-e", RUN],
        input=json.dumps([script, asked]),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    found: list[str] = json.loads(ended.stdout)
    return found


TABLE = [
    ("https://api.example.com/", True),
    ("http://api.example.com/x?y#z", True),
    ("https://API.Example.COM/", True),
    ("https://api.example.com./", True),
    ("https://api.example.com:9999/", True),
    ("wss://api.example.com/", True),
    ("ws://api.example.com:81/", True),
    ("https://user:pass@api.example.com/", True),
    ("https://api.example.com", True),
    ("https://example.com/", False),
    ("https://x.api.example.com/", False),
    ("https://xapi.example.com/", False),
    ("https://api.example.com.evil.test/", False),
    ("https://evil.test/api.example.com", False),
    ("https://evil.test/?https://api.example.com/", False),
    ("https://evil.test/@api.example.com/", False),
    ("https://a.cdn.example.com/", True),
    ("https://a.b.cdn.example.com/", True),
    ("https://cdn.example.com/", False),
    ("https://acdn.example.com/", False),
    ("https://ported.example.com:8443/", True),
    ("https://ported.example.com/", False),
    ("https://ported.example.com:443/", False),
    ("https://a.wild.example.com:444/", True),
    ("https://a.wild.example.com/", False),
    ("http://plain.example.com/", True),
    ("ws://plain.example.com/", True),
    ("https://plain.example.com/", False),
    ("https://plain.example.com:80/", True),
    ("http://[::1]:3000/", True),
    ("https://[2001:db8::1]:8443/", True),
    ("https://[2001:db8::1]/", False),
    ("http://192.0.2.1/", True),
    ("http://192.0.2.10/", False),
    ("http://my_box:8080/", True),
    ("http://__proto__/", True),
    ("http://constructor/", True),
    ("http://tostring/", False),
    ("http://hasownproperty/", False),
    ("ftp://api.example.com/", True),
    ("not a URL", False),
    ("", False),
]


def test_a_table_of_urls() -> None:
    answers = run(proxy_auto_config(HOSTS, PROXY), [url for url, _ in TABLE])
    assert dict(zip([url for url, _ in TABLE], answers, strict=True)) == {
        url: THROUGH if taken else "DIRECT" for url, taken in TABLE
    }


def test_the_policy_takes_the_same() -> None:
    """The rule is `HostTable`'s; the script says it in another language."""
    policy = policy_of("[intercept]\n" + "\n".join(f"'{host}' = {{}}" for host in HOSTS))
    for url, taken in TABLE:
        scheme, _, rest = url.partition("://")
        if scheme in DEFAULT_PORTS:
            named = parse_authority(rest.partition("/")[0].rpartition("@")[2])
            assert (policy.hosts.find(named.host, named.port_or(scheme)) is not None) is taken, url


def test_without_hosts_everything_is_direct() -> None:
    assert run(proxy_auto_config((), PROXY), ["https://api.example.com/"]) == ["DIRECT"]


def test_an_ipv6_proxy_stands_in_brackets() -> None:
    script = proxy_auto_config(["h"], parse_authority("[::1]:2677"))
    assert run(script, ["http://h/"]) == ["PROXY [::1]:2677; DIRECT"]


def test_a_name_cannot_become_code() -> None:
    """The config's check lets no such name in; the script would not run it either."""
    name = "x\"]; evil = 1; //\n'</script>\\"
    answer = run(proxy_auto_config([name], PROXY) + "\nif (typeof evil != 'undefined') throw 1;", ["http://y/"])
    assert answer == ["DIRECT"]


@given(st.lists(st.sampled_from(HOSTS), unique=True), st.lists(st.sampled_from(HOSTS), unique=True))
def test_another_version_for_other_hosts_only(one: list[str], other: list[str]) -> None:
    versions = {version(proxy_auto_config(hosts, PROXY)) for hosts in (one, other)}
    assert (len(versions) == 1) is (set(one) == set(other))


CORP = UpstreamProxies(
    UpstreamProxy("", "proxy.corp", 3128),
    UpstreamProxy("", "fd00::1", 3129),
    exceptions_of(["intra.corp", "10.0.0.0/9", "2001:db8::/33", "2001:db8:f::/48", "odd.corp:8443"], below=True),
)
ELSEWHERE = [
    "http://example.com/",
    "ws://example.com/",
    "https://example.com/",
    "wss://EXAMPLE.com./",
    "http://localhost/",
    "https://app.localhost:5173/",
    "http://127.0.0.1:1/",
    "http://[::1]:3001/",
    "http://0.0.0.0/",
    "http://intra.corp/",
    "https://www.intra.corp/",
    "https://notintra.corp/",
    "http://10.127.0.1/",
    "http://10.128.0.1/",
    "https://odd.corp:8443/",
    "https://odd.corp/",
    "https://[2001:db8:7fff::1]/",
    "https://[2001:db8:8000::1]/",
    "https://[2001:db8:f:1::]/",
    "https://[2001:db8:f::]/",
    "https://[1:2:3:4:5:6:7:8]/",
    "https://[::]/",
]


def test_other_hosts_go_as_before() -> None:
    """The rule is `UpstreamProxies.proxy_for`'s, the expressions the same."""
    answers = run(proxy_auto_config(["api.example.test"], PROXY, CORP), ELSEWHERE)
    for url, answer in zip(ELSEWHERE, answers, strict=True):
        scheme, _, rest = url.partition("://")
        named, tls = parse_authority(rest.partition("/")[0]), scheme in ("https", "wss")
        proxy = CORP.proxy_for(named.host, named.port_or(scheme), tls=tls)
        assert answer == (f"PROXY {proxy.authority}" if proxy else "DIRECT"), url
    assert {*answers} == {"PROXY proxy.corp:3128", "PROXY [fd00::1]:3129", "DIRECT"}


def test_behind_devcors_stands_what_stood_before() -> None:
    script = proxy_auto_config(["*.corp", "[::1]"], PROXY, CORP)
    asked = ["https://api.corp/", "http://api.corp/", "http://www.intra.corp/", "http://[::1]/", "ftp://example.com/"]
    assert run(script, asked) == [
        "PROXY 127.0.0.1:2677; PROXY [fd00::1]:3129",
        "PROXY 127.0.0.1:2677; PROXY proxy.corp:3128",
        THROUGH,
        THROUGH,
        "DIRECT",
    ]


def test_another_version_for_another_way_out() -> None:
    scripts = [proxy_auto_config(HOSTS, PROXY), proxy_auto_config(HOSTS, PROXY, CORP)]
    assert len({*map(version, scripts)}) == 2


@pytest.mark.parametrize("word", ["const ", "let ", "=>", "`", ",\n}"])
def test_old_engines_can_read_it(word: str) -> None:
    assert word not in proxy_auto_config(HOSTS, PROXY, CORP)

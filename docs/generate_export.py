"""The pages of docs/export, made from the code's own tables: `python docs/generate_export.py` from the checkout.

What each key becomes stands in the target's module; how a target differs, in the table of tests/parity. A test makes
sure that the pages are what this makes of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from devcors.interop.exports.exporting import TARGETS  # noqa: E402
from tests.parity.case import Case, Other  # noqa: E402
from tests.parity.dev_servers import DEV_SERVERS  # noqa: E402
from tests.parity.table import TABLE  # noqa: E402

_USE = {
    "nginx": (
        "nginx.conf",
        "The output goes into `http { }`, as `/etc/nginx/conf.d/devcors.conf` say. It needs nginx 1.19.3 or newer.",
        "nginx -t",
    ),
    "apache": (
        "apache.conf",
        "The output is a virtual host with its `Listen` lines. It needs Apache httpd 2.4.47, and the modules it names.",
        "apachectl -t",
    ),
    "caddy": (
        "caddy.conf",
        "The output is a site block of a Caddyfile. It needs Caddy 2.8 or newer.",
        "caddy validate",
    ),
    "haproxy": (
        "haproxy.conf",
        "The output is a whole configuration but for `global`. It needs HAProxy 2.5 or newer, built with PCRE2.",
        "haproxy -c -f haproxy.conf",
    ),
    "envoy": (
        "envoy.yaml",
        "The output is a whole static configuration. It needs Envoy 1.36 or newer, with its Lua filter.",
        "envoy --mode validate -c envoy.yaml",
    ),
    "vite": (
        "vite.config.mjs",
        "The output is a whole config of Vite 5 or newer; its `server.proxy` may be put into one that you have.",
        "npx vite",
    ),
    "webpack": (
        "webpack.config.mjs",
        "The output is a whole config for webpack-dev-server 5 or newer; its `devServer` may be put into your own.",
        "npx webpack configtest webpack.config.mjs",
    ),
    "next": (
        "next.config.mjs",
        "The output is a whole config of Next.js 15 or newer; its `rewrites()` may be put into one that you have.",
        "npx next dev",
    ),
}

_PAGE = """# Going to {title}

```sh
devcors export {target} > {file}
```

{use} Check it with `{check}`.

{listens}

What the output has not, or has otherwise, stands in it as a comment at its place, and is printed as a warning.

## What becomes of each key

| devcors.toml | {title} | remark |
| --- | --- | --- |
{keys}

`wait`, `capture`, `admin` and `allowed_hosts` are for a developer's machine and are not exported: name the server's own
hosts yourself. Hosts of `[intercept]` and `scripts` are left out with a warning, `https` too, since the certificate is
yours.{cookies}

## Where it differs from devcors

The same requests are sent through devcors and through this config in {title} by a test. These differ:

| request | {title} | why |
| --- | --- | --- |
{differences}
"""


_SERVER = """It listens where `[server] listen` says, without TLS. Routes are in devcors' order of preference, and a
path that could mean two of them is refused with 400, as devcors does."""
_DEV_SERVER = """It is the front end itself, and listens on the port of `frontend` where that is one of this machine,
else on that of `[server] listen`. Routes are in devcors' order of preference."""
_COOKIES = (
    ' With `cookies = "auto"`, Domain and Path are made to fit; Secure and SameSite stay as the backend sets them.'
)


def page(target: str) -> str:
    """The text of one page."""
    module = TARGETS[target]
    file, use, check = _USE[target]
    keys = [f"| {_keys(row.key)} | {row.written or 'not exported'} | {row.remark} |" for row in module.KEYS]
    by_reason: dict[str, list[Case]] = {}
    for case in TABLE:
        if target in case.other:
            by_reason.setdefault(case.other[target].why, []).append(case)
    differences = [
        f"| {'; '.join(case.name for case in cases)} | {_said_of(cases, target)} | {why} |"
        for why, cases in by_reason.items()
    ]
    return _PAGE.format(
        title=module.TITLE,
        target=target,
        file=file,
        use=use,
        check=check,
        listens=_DEV_SERVER if target in DEV_SERVERS else _SERVER,
        cookies="" if target == "next" else _COOKIES,
        keys="\n".join(keys),
        differences="\n".join(differences),
    )


def _keys(text: str) -> str:
    return ", ".join(f"`{part}`" for part in text.split(", "))


def _said_of(cases: list[Case], target: str) -> str:
    """What is otherwise in all of them, nothing where that is not the same."""
    said = {_said(case.other[target]) for case in cases}
    return said.pop() if len(said) == 1 else ""


def _said(other: Other) -> str:
    """What is otherwise, in a few words."""
    if other.unseen:
        return "answers itself" + (f", status {other.status}" if other.status else "")
    said = [f"status {other.status}"] if other.status else []
    said += [f"the backend gets `{other.target}`"] if other.target else []
    said += [
        f"{name} is {'absent' if text is None else f'`{text}`'}" for name, text in {**other.seen, **other.got}.items()
    ]
    return "; ".join(said)


if __name__ == "__main__":
    for name in TARGETS:
        (ROOT / "docs" / "export" / f"{name}.md").write_text(page(name), "utf-8")

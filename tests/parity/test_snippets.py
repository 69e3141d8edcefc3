"""The reverse proxy that guides have people write for nginx and Apache, beside the devcors.toml that does the same.

Known: what such a snippet looks like in most guides. Wanted: whoever has one gets the same from devcors, but for what
stands here with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.daemon import running
from tests.support.ports import free_port
from tests.support.programs import program

from .backend import backend
from .imports.asking import Ask, Outcome, asked
from .imports.comparing import differences
from .servers import home, prepared

_PAGE = "http://localhost:5173"


@dataclass(frozen=True)
class Snippet:
    """A server's own words, ours, and how the two differ: what differs, and why that is so."""

    server: str
    theirs: str
    ours: str
    differs: dict[str, str]


_NGINX_PROXY = """
server {
    listen 127.0.0.1:@OWN@;
    server_name localhost;
    location / {
        proxy_pass http://127.0.0.1:@FRONT@;
    }
    location /api/ {
        proxy_pass http://127.0.0.1:@BACK@/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
    }
}
"""

_NGINX_CORS = """
server {
    listen 127.0.0.1:@OWN@;
    location / {
        proxy_pass http://127.0.0.1:@FRONT@;
    }
    location /api/ {
        if ($request_method = 'OPTIONS') {
            add_header 'Access-Control-Allow-Origin' 'http://localhost:5173';
            add_header 'Access-Control-Allow-Methods' 'GET, POST, PUT, DELETE, OPTIONS';
            add_header 'Access-Control-Allow-Headers' 'Content-Type, Authorization';
            add_header 'Access-Control-Allow-Credentials' 'true';
            add_header 'Access-Control-Max-Age' 1728000;
            return 204;
        }
        add_header 'Access-Control-Allow-Origin' 'http://localhost:5173';
        add_header 'Access-Control-Allow-Credentials' 'true';
        proxy_pass http://127.0.0.1:@BACK@;
    }
}
"""

_APACHE_PROXY = """
Listen 127.0.0.1:@OWN@
<VirtualHost 127.0.0.1:@OWN@>
    ProxyPreserveHost On
    ProxyPass "/api" "http://127.0.0.1:@BACK@/v1"
    ProxyPassReverse "/api" "http://127.0.0.1:@BACK@/v1"
    ProxyPass "/" "http://127.0.0.1:@FRONT@/"
    ProxyPassReverse "/" "http://127.0.0.1:@FRONT@/"
</VirtualHost>
"""

_APACHE_CORS = """
Listen 127.0.0.1:@OWN@
<VirtualHost 127.0.0.1:@OWN@>
    ProxyPass "/api" "http://127.0.0.1:@BACK@/api"
    ProxyPassReverse "/api" "http://127.0.0.1:@BACK@/api"
    ProxyPass "/" "http://127.0.0.1:@FRONT@/"
    Header always set Access-Control-Allow-Origin "http://localhost:5173"
    Header always set Access-Control-Allow-Credentials "true"
</VirtualHost>
"""

_NAMED = {"the client's server": "each server puts its own name there, devcors leaves the backend's alone"}
_FOR_THE_ORIGIN = {
    "the client's access-control-allow-origin": "devcors sends it to pages of that origin only, and on errors too",
    "the client's access-control-allow-credentials": "likewise",
    "the client's vary": "what hangs on Origin says so, or a cache gives one page what is for another",
}
_FORWARDED = "devcors sends all four: -For, -Host, -Proto and -Port"
_APACHE_FORWARDED = {
    "the backend's x-forwarded-port": _FORWARDED,
    "the backend's x-forwarded-proto": _FORWARDED,
    "the backend's x-forwarded-server": "Apache's own invention, which says what X-Forwarded-Host says",
}

_FRONT = 'frontend = "http://127.0.0.1:@FRONT@"\n'

SNIPPETS = {
    "nginx-proxy": Snippet(
        "nginx",
        _NGINX_PROXY,
        _FRONT
        + """[routes."/api/"]
        target = "http://127.0.0.1:@BACK@"
        rewrite = "/"
        host = "localhost"
        origin = "keep"
        forwarded = true
        """,
        {
            **_NAMED,
            "the backend's x-forwarded-host": _FORWARDED,
            "the backend's x-forwarded-port": _FORWARDED,
            "the backend's x-real-ip": "nginx's own invention, which says what X-Forwarded-For says",
        },
    ),
    "nginx-cors": Snippet(
        "nginx",
        _NGINX_CORS,
        _FRONT
        + """[routes."/api/"]
        target = "http://127.0.0.1:@BACK@"
        origin = "keep"
        [routes."/api/".cors]
        mode = "rewrite"
        origins = ["http://localhost:5173"]
        methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
        headers = ["Content-Type", "Authorization"]
        max_age = 1728000
        """,
        {
            **_NAMED,
            **_FOR_THE_ORIGIN,
            "backend": "a preflight goes to the server too, so that devcors can say what it makes of it",
        },
    ),
    "apache-proxy": Snippet(
        "apache",
        _APACHE_PROXY,
        _FRONT
        + """[routes."/api"]
        target = "http://127.0.0.1:@BACK@/v1"
        rewrite = ""
        host = "keep"
        origin = "keep"
        forwarded = true
        """,
        {**_NAMED, **_APACHE_FORWARDED},
    ),
    "apache-cors": Snippet(
        "apache",
        _APACHE_CORS,
        _FRONT
        + """[routes."/api"]
        target = "http://127.0.0.1:@BACK@"
        origin = "keep"
        forwarded = true
        cors = { mode = "rewrite", origins = ["http://localhost:5173"] }
        """,
        {
            **_NAMED,
            **_APACHE_FORWARDED,
            **_FOR_THE_ORIGIN,
            "status or body": "the snippet leaves preflights to a backend that may know nothing of them",
            "the client's access-control-allow-methods": "likewise: without them a browser blocks the request",
            "the client's access-control-max-age": "likewise",
        },
    ),
}

_OF_PAGE = {"Origin": _PAGE, "Referer": f"{_PAGE}/page"}
REQUESTS = (
    Ask("/"),
    Ask("/src/main.js?v=1"),
    Ask("/apis"),
    Ask("/api/"),
    Ask("/api/items/1?x=1&y=%2F"),
    Ask("/api/a%20b"),
    Ask("/api/x", "POST", {"Content-Type": "application/json"}, b'{"a": 1}'),
    Ask("/api/x", "DELETE"),
    Ask("/api/404"),
    Ask("/api/cookie?sid=1~Path=/~HttpOnly"),
    Ask("/api/absolute?/v1/next"),
    Ask("/api/x", fields=_OF_PAGE),
    Ask("/api/x", "POST", _OF_PAGE, b"a=b"),
    Ask("/api/500", fields=_OF_PAGE),
    Ask("/api/x", fields={"Origin": "https://evil.example"}),
    Ask("/api/x", "OPTIONS", {**_OF_PAGE, "Access-Control-Request-Method": "PUT"}),
)


Outcomes = tuple[Snippet, list[tuple[Ask, Outcome, Outcome]]]


@pytest.fixture(scope="module", params=SNIPPETS)
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    snippet = SNIPPETS[request.param]
    folder, beside = tmp_path_factory.mktemp(snippet.server), tmp_path_factory.mktemp("devcors")
    own = free_port()
    with backend() as back, backend() as front:
        words = {"@OWN@": own, "@BACK@": back.port, "@FRONT@": front.port}
        command = prepared(folder, snippet.server, _filled(snippet.theirs, words), request.config.cache)
        with (
            program(command, port=own, folder=folder, environ=home(folder)),
            running(beside, _filled(snippet.ours, words)) as daemon,
        ):
            backends = {"back": back, "frontend": front}
            yield snippet, [(ask, asked(ask, own, backends), asked(ask, daemon.port, backends)) for ask in REQUESTS]


def _filled(text: str, words: dict[str, int]) -> str:
    for word, number in words.items():
        text = text.replace(word, str(number))
    return text


def test_devcors_does_what_the_snippet_does(outcomes: Outcomes) -> None:
    snippet, answers = outcomes
    found = {
        difference.what: (ask, difference)
        for ask, theirs, ours in answers
        for difference in differences(ask, theirs, ours, ["/api"])
    }
    assert all(snippet.differs.values())
    assert set(found) == set(snippet.differs), [each for what, each in found.items() if what not in snippet.differs]


def test_its_page_is_let_in_as_the_snippet_lets_it_in(outcomes: Outcomes) -> None:
    snippet, answers = outcomes
    for ask, theirs, ours in answers:
        preflight = ask.method == "OPTIONS"
        if ask.fields.get("Origin") == _PAGE and theirs.status < 400 and not (preflight and snippet.server == "apache"):
            assert (theirs.status, _allowed(theirs)) == (ours.status, _allowed(ours)), ask


def _allowed(outcome: Outcome) -> dict[str, set[str]]:
    """The CORS fields, a list as its members."""
    return {
        name: {part.strip().lower() for part in text.split(",")}
        for name, text in outcome.fields
        if name.startswith("access-control-")
    }

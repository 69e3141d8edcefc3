"""How the dev servers differ from devcors, row by row.

They are front ends themselves, made for one page: they have no CORS policy, pass on more than a proxy should, and
Next's rewrites have no options at all.
"""

from __future__ import annotations

from .case import Other

_NO_POLICY = "a dev server's own page needs no CORS: the policy is left out, and what the backend says is all"
_ITSELF = "the dev server is the front end: it answers by itself"
_CLIMBS = "a path that climbs is not refused"
_ON_EVERY = "it passes on fields that belong to one connection"
_QUERY = "the query is taken apart, and put together as it would write it"
_NO_OPTION = "a rewrite has no option for it"
_BLANK = "it puts no blank between the members of a list"
_SLASHES = "slashes that follow one another become one"

_NO_CORS = {
    "simple": Other(
        _NO_POLICY, got={"access-control-allow-origin": None, "access-control-allow-credentials": None, "vary": None}
    ),
    "from IPv6 loopback": Other(_NO_POLICY, got={"access-control-allow-origin": None}),
    "from a name below localhost": Other(_NO_POLICY, got={"access-control-allow-origin": None}),
    "from a foreign origin": Other(_NO_POLICY, got={"vary": None}),
    "without an Origin": Other(_NO_POLICY, got={"vary": None}),
    "what the backend says of CORS goes": Other(
        _NO_POLICY,
        got={
            "access-control-allow-origin": "*",
            "access-control-allow-headers": "x-mine",
            "access-control-expose-headers": "X-Mine",
        },
    ),
    "for a foreign origin too": Other(_NO_POLICY, got={"access-control-allow-origin": "*"}),
    "Vary is added to": Other(_NO_POLICY, got={"vary": "Accept-Encoding"}),
    "on an error of the backend's, 401": Other(
        _NO_POLICY, got={"access-control-allow-origin": None, "access-control-allow-credentials": None, "vary": None}
    ),
    "on an error of the backend's, 404": Other(
        _NO_POLICY, got={"access-control-allow-origin": None, "access-control-allow-credentials": None, "vary": None}
    ),
    "on an error of the backend's, 500": Other(
        _NO_POLICY, got={"access-control-allow-origin": None, "access-control-allow-credentials": None, "vary": None}
    ),
    "a named origin": Other(
        _NO_POLICY, got={"access-control-allow-origin": None, "access-control-expose-headers": None}
    ),
    "a preflight": Other(
        _NO_POLICY,
        status=200,
        got={
            "access-control-allow-origin": None,
            "access-control-allow-credentials": None,
            "access-control-allow-methods": None,
            "access-control-allow-headers": None,
            "access-control-max-age": None,
            "vary": None,
        },
    ),
    "a preflight where the backend has nothing": Other(
        _NO_POLICY, status=404, got={"access-control-allow-origin": None}
    ),
    "a preflight of a strict policy": Other(
        _NO_POLICY,
        status=200,
        got={
            "access-control-allow-origin": None,
            "access-control-allow-methods": None,
            "access-control-allow-headers": None,
            "access-control-max-age": None,
        },
    ),
}
_HOP_BY_HOP = {
    "hop-by-hop fields": Other(_ON_EVERY, seen={"keep-alive": "timeout=5", "proxy-authorization": "Basic eA=="}),
    "what Connection names": Other(_ON_EVERY, seen={"x-mine": "1"}),
}


def _answered(status: int, *names: str) -> dict[str, Other]:
    return {name: Other(_ITSELF, status=status, unseen=True) for name in names}


_VITE = {
    **_NO_CORS,
    **_HOP_BY_HOP,
    **_answered(
        404,
        "the front end",
        "a path of the front end",
        "a near miss",
        "another near miss",
        "in another case",
        "a segment too few",
        "and not without it",
        "which does not match",
    ),
    "an empty query": Other("a `?` without a query is dropped", target="/plain/x"),
    "a path that climbs out of its route": Other(_CLIMBS, status=200, target="/plain/x"),
    "the same, escaped": Other(_CLIMBS, status=200, target="/plain/x"),
    "the backend is down": Other(_NO_POLICY, got={"access-control-allow-origin": None, "vary": None}),
    "forwarded once more": Other(_BLANK, seen={"x-forwarded-for": "203.0.113.9,127.0.0.1"}),
}
_WEBPACK = {
    **_NO_CORS,
    **_HOP_BY_HOP,
    **_answered(
        404,
        "the front end",
        "a path of the front end",
        "a near miss",
        "another near miss",
        "in another case",
        "a segment too few",
        "and not without it",
        "which does not match",
    ),
    "characters that others escape": Other("it escapes a quote", target="/v1/a%27(b)!*~$,+@:=&"),
    "a doubled slash in the rest": Other(_SLASHES, target="/plain/a/b"),
    "a path that climbs out of its route": Other(_CLIMBS, status=200, target="/v1/../plain/x"),
    "the same, escaped": Other(_CLIMBS, status=200, target="/v1/%2e%2e/plain/x"),
    "fields are set, and removed": Other("Express adds its own X-Powered-By", got={"x-powered-by": "Express"}),
    "the backend is down": Other(
        "its own status for a backend that refuses, and no CORS",
        status=504,
        got={"access-control-allow-origin": None, "vary": None},
    ),
    "forwarded once more": Other(_BLANK, seen={"x-forwarded-for": "203.0.113.9,127.0.0.1"}),
}
_NEXT = {
    **_NO_CORS,
    **_HOP_BY_HOP,
    **_answered(
        404,
        "the front end",
        "a path of the front end",
        "a near miss",
        "another near miss",
        "a segment too few",
        "which does not match",
    ),
    "in another case": Other("a source is compared without case", target="/v1/x"),
    "a query is not touched": Other(_QUERY, target="/v1/x?a=%20b%20c&d=%2Fe%3Ff&g=%2F"),
    "an empty query": Other("a `?` without a query is dropped", target="/plain/x"),
    "a doubled slash in the rest": Other("it redirects to the path with one slash", status=308, unseen=True),
    "and not without it": Other("a source takes the path with and without a slash at its end", target="/folder"),
    "a prefix that is removed": Other(_QUERY, target="/x?y="),
    "an expression": Other("a source is no expression: the route is left out", status=404, unseen=True),
    "a path that climbs out of its route": Other(_CLIMBS, status=200, target="/plain/x"),
    "the same, escaped": Other(_CLIMBS, status=200, target="/plain/x"),
    "a large response": Other(_QUERY, status=500, target="/v1/large?3000000="),
    "fields are set, and removed": Other(
        _NO_OPTION, seen={"x-added": None, "cookie": "a=b"}, got={"x-powered-by": "backend", "x-said": None}
    ),
    "the backend is down": Other(
        "its own status for a backend that refuses, and no CORS",
        status=500,
        got={"access-control-allow-origin": None, "vary": None},
    ),
    "Host is kept": Other(_NO_OPTION, seen={"host": "localhost:@PORT@"}),
    "Host is named": Other(_NO_OPTION, seen={"host": "localhost:@PORT@"}),
    "the own page's Origin becomes the target's": Other(
        _NO_OPTION, seen={"origin": "http://@OWN@", "referer": "http://@OWN@/page?x"}
    ),
    "Origin is named": Other(_NO_OPTION, seen={"origin": "http://@OWN@"}),
    "forwarded": Other(_NO_OPTION, seen={"x-forwarded-for": None, "x-forwarded-proto": None, "x-forwarded-port": None}),
    "forwarded once more": Other(_NO_OPTION, seen={"x-forwarded-for": "203.0.113.9"}),
    "not forwarded": Other(_NO_OPTION, seen={"x-forwarded-host": "@OWN@"}),
    "a redirect inside the target": Other(
        _QUERY,
        target="/v1/absolute?%2Fv1%2Flogin%3Fx=1",
        got={"location": "http://localhost:@PORT@%2Fv1%2Flogin%3Fx=1"},
    ),
    "to the target itself": Other(
        _QUERY, target="/v1/absolute?%2Fv1=", got={"location": "http://localhost:@PORT@%2Fv1="}
    ),
    "by its path": Other(_QUERY, target="/v1/relative?%2Fv1%2Flogin=", got={"location": "%2Fv1%2Flogin="}),
    "by a near miss of its path": Other(
        _QUERY, target="/v1/relative?%2Fv10%2Flogin=", got={"location": "%2Fv10%2Flogin="}
    ),
    "without rewriting": Other(
        _QUERY, target="/plain/absolute?%2Fplain%2Fx=", got={"location": "http://localhost:@PORT@%2Fplain%2Fx="}
    ),
    "to another server": Other(
        _QUERY,
        target="/v1/relative?https%3A%2F%2Flogin.example.com%2F=",
        got={"location": "https%3A%2F%2Flogin.example.com%2F="},
    ),
    "a redirect that is kept": Other(
        _QUERY, target="/kept/absolute?%2Fx=", got={"location": "http://localhost:@PORT@%2Fx="}
    ),
    "a cookie with a Path": Other(
        _QUERY,
        target="/v1/cookie?a=b~Path%3D%2Fv1%2Fme~HttpOnly",
        got={"set-cookie": ["a=b; Path%3D%2Fv1%2Fme; HttpOnly"]},
    ),
    "with the Path of the target": Other(
        _QUERY, target="/v1/cookie?a=b~Path%3D%2Fv1", got={"set-cookie": ["a=b; Path%3D%2Fv1"]}
    ),
    "with the Path of a near miss": Other(
        _QUERY, target="/v1/cookie?a=b~Path%3D%2Fv10", got={"set-cookie": ["a=b; Path%3D%2Fv10"]}
    ),
    "two cookies": Other(
        _QUERY,
        target="/v1/cookies?a=b~Path%3D%2F&c=d~Path%3D%2Fv1%2Fx~SameSite%3DLax",
        got={"set-cookie": ["a=b; Path%3D%2F", "c=d; Path%3D%2Fv1%2Fx; SameSite%3DLax"]},
    ),
    "a cookie that is kept": Other(
        _QUERY,
        target="/kept/cookie?a=b~Path%3D%2Fv1~Domain%3Dlocalhost",
        got={"set-cookie": ["a=b; Path%3D%2Fv1; Domain%3Dlocalhost"]},
    ),
    "attributes that are forced": Other(
        _QUERY, target="/named/cookie?a=b~Path%3D%2F", got={"set-cookie": ["a=b; Path%3D%2F"]}
    ),
}

DEV_SERVER_ROWS = {"vite": _VITE, "webpack": _WEBPACK, "next": _NEXT}
"""By the server's name, and the row's."""

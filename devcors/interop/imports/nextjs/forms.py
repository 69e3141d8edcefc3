"""What a rewrite of Next.js becomes, by example: for docs/import, and for the test that makes sure it is so."""

from __future__ import annotations

from dataclasses import dataclass

from devcors.interop.imports.options import Row


@dataclass(frozen=True, slots=True)
class Example:
    """A source and the path of a destination, and the route; without a pattern it stays with Next. why: in words."""

    source: str
    destination: str
    pattern: str = ""
    rewrite: str | None = None
    why: str = ""


EXAMPLES = (
    Example("/api/:path*", "/api/:path*", "/api"),
    Example("/api/:path*", "/:path*", "/api", ""),
    Example("/api/:path*", "/v1/:path*", "/api", "/v1"),
    Example("/api/:path+", "/v1/:path+", "/api/", "/v1/", "at least one segment: `/api` itself stays with Next"),
    Example("/api/:path(.*)", "/:path", "/api/", "/"),
    Example(
        "/api/:path*",
        "/api/:path*/",
        "^/api(?:/(?P<path>[^/]+(?:/[^/]+)*))?$",
        "/api/:path/",
        "the slash at the end is added",
    ),
    Example("/:team/api/:path*", "/:team/:path*", "/:team/api", "/:team"),
    Example("/user/:id", "/users/:id", "^/user/(?P<id>[^/]+)$", "/users/:id", "a prefix would take `/user/1/x` too"),
    Example("/robots.txt", "/robots.txt", r"^/robots\.txt$", None),
    Example(r"/post/:slug(\d+)", "/posts/:slug", r"^/post/(?P<slug>\d+)$", "/posts/:slug"),
    Example("/find/:word", "/find?q=:word", why="a route leaves the query as it came"),
    Example("/item/:id", "/item", why="Next puts `id` into the query, since the path does not use it"),
    Example("/:path*", "/:path*", why="only Next knows what it has no page for; in `beforeFiles` it is `/`"),
)


def _row(example: Example) -> Row:
    option = f"{example.source}` → `http://…{example.destination}"
    if not example.pattern:
        return Row(option, "stays with Next", example.why)
    rewrite = "" if example.rewrite is None else f', `rewrite = "{example.rewrite}"`'
    return Row(option, f"`{example.pattern}`{rewrite}", example.why)


FORMS = (
    *map(_row, EXAMPLES),
    Row("destination: '/…'", "stays with Next", "it leads to a path of the front end, which is no proxy's matter"),
    Row(
        "beforeFiles`, `afterFiles`, `fallback",
        "the order of the routes",
        "the first that takes a path has it, as in Next: what stays with Next, a page, a file of `public` or a "
        "redirect that comes first and is below a prefix gets a route to the front end",
    ),
)
"""How an entry is read, for the page in docs/import."""

OPTIONS = (
    Row("has: header", "`match.headers`", "text, or any value; an expression stays with Next"),
    Row("has: host", "`match.hosts`", "a name, or any name below one; devcors needs it in `[server] allowed_hosts`"),
    Row("has: cookie`, `query", "", "a route does not ask for them"),
    Row("missing: header`, `host", "a table with `match` and the front end as target, before the route", ""),
    Row("missing: cookie`, `query", "", "a route does not ask for them"),
    Row("basePath", "the start of the pattern", "not for rewrites with `basePath: false`"),
    Row("i18n", "a route more for each locale", "`locale: false`: as it stands, and without the default locale"),
    Row("trailingSlash`, `skipTrailingSlashRedirect", "nothing", "a slash at the end goes on as it was asked for"),
    Row("experimental.proxyTimeout", "`timeout.idle`", "Next's own 30 seconds are not taken over"),
    Row("experimental.proxyClientMaxBodySize", "nothing", "bodies go on whole, of any size"),
    Row("redirects()", "routes to the front end", "where one comes before a rewrite"),
    Row("headers()", "nothing", "Next does not send them with what it proxies"),
    Row("the way it proxies", "`forwarded = true`", "Next sends X-Forwarded-Host, the target's Host, and keeps Origin"),
    Row("proxy.ts`, `middleware.ts", "nothing", "what a route takes does not come by it, and you are told so"),
)

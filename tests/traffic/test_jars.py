"""The model of what browsers store: by browser and site, bounded, and as it was when a request came."""

from __future__ import annotations

from devcors.heads import Fields, ResponseHead
from devcors.policy import Forward
from devcors.traffic.jars import LIMIT, SeenJars
from devcors.traffic.record import Exchange
from tests.policy.asking import facts_of, forward_of, head_of, policy_of

from .test_record import exchange

POLICY = policy_of("""
    [intercept]
    "*.test" = {}
""")
LAX = b"sid=1; Path=/; SameSite=Lax"


def asked(host: str = "api.test", page: str = "", agent: str = "Mozilla/5.0 Chrome/156") -> Forward:
    """Within its site, or from another site's page with credentials."""
    from_page = {"Origin": page, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Storage-Access": "active"} if page else {}
    head = head_of("GET /items", {"User-Agent": agent, **from_page}, host=host)
    return forward_of(POLICY, head, facts_of(f"https://{host}"))


def receive(jars: SeenJars, forward: Forward, *texts: bytes, now: float = 1.0) -> None:
    fields: Fields = tuple((b"Set-Cookie", text) for text in texts)
    jars.receive(forward, POLICY.response(forward, ResponseHead(200, b"", fields)), now)


def held(jars: SeenJars, forward: Forward, now: float = 2.0) -> list[str]:
    jar = jars.at(forward, now)
    return [each.judgement.name for each in jar.held()] if jar else []


FOREIGN = asked(page="https://app.other")


def test_what_was_set_is_known_when_it_stays_behind() -> None:
    jars = SeenJars()
    assert jars.at(FOREIGN, 1.0) is None
    receive(jars, asked(), LAX)
    assert held(jars, FOREIGN) == ["sid"]
    assert held(jars, asked("www.api.test", "https://app.other")) == ["sid"]  # of one site: DomainMismatch
    assert held(jars, asked("other.test", "https://app.other")) == []
    assert held(jars, asked(page="https://app.other", agent="Mozilla/5.0 Firefox/153")) == []


def test_a_deletion_takes_it_out_again() -> None:
    jars = SeenJars()
    receive(jars, asked(), LAX)
    receive(jars, asked(), b"sid=; Path=/; Max-Age=0")
    assert jars.at(FOREIGN, 2.0) is None


def test_a_request_keeps_the_jar_that_it_came_with() -> None:
    jars = SeenJars()
    receive(jars, asked(), LAX)
    before = jars.at(FOREIGN, 2.0)
    receive(jars, asked(), b"late=1; Path=/", now=3.0)
    assert before is not None
    assert [each.judgement.name for each in before.held()] == ["sid"]
    assert held(jars, FOREIGN, 4.0) == ["sid", "late"]


def test_cookies_that_no_browser_looks_at_are_not_taken() -> None:
    jars = SeenJars()
    without = {
        "Origin": "https://app.other",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "cross-site",
        "Sec-CH-UA": "x",
    }
    receive(jars, forward_of(POLICY, head_of("GET /", without, host="api.test"), facts_of("https://api.test")), LAX)
    receive(jars, asked(), b"sid=1; SameSite=None")  # refused
    assert held(jars, FOREIGN) == []


def test_what_is_no_browser_has_no_jar() -> None:
    jars = SeenJars()
    receive(jars, asked(agent="curl/8"), LAX)
    assert jars.at(asked(page="https://app.other", agent="curl/8"), 2.0) is None


def test_it_is_bounded() -> None:
    jars = SeenJars()
    for number in range(LIMIT + 1):
        receive(jars, asked(agent=f"Mozilla/5.0 Chrome/{number}"), LAX)
        assert jars.at(asked(agent="Mozilla/5.0 Chrome/1"), 1.0) is not None or number < 1  # used, so kept
    assert jars.at(asked(agent="Mozilla/5.0 Chrome/0"), 1.0) is None
    assert jars.at(asked(agent=f"Mozilla/5.0 Chrome/{LIMIT}"), 1.0) is not None


def test_the_record_has_them_behind_those_that_were_set() -> None:
    jars = SeenJars()
    receive(jars, asked(), LAX)
    outcome = POLICY.response(FOREIGN, ResponseHead(200, b"", ((b"Set-Cookie", b"new=1; Path=/"),)))
    ended: Exchange = exchange(cookies=outcome.cookies, jar=jars.at(FOREIGN, 2.0))
    assert [(cookie["name"], cookie["way"]) for cookie in ended.to_json()["cookies"]] == [
        ("new", "set"),
        ("sid", "sent"),
    ]

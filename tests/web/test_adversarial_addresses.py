"""Attacks by what is sent: addresses that lead away or to files, hosts made up, nonsense, statements."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browsing import SECRET, Client, SubjectOf, addresses, browser, new_address, person, sign_in
from tests.web.sites import on_both

NOT_USED_HERE = (
    "signup/",
    "email/",
    "confirm-email/",
    "confirm-email/abc/",
    "password/set/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-abc/",
    "login/code/",
    "login/code/confirm/",
    "phone/verify/",
    "signup/passkey/",
    "factors/webauthn/login/",
    "factors/webauthn/signup/",
    "factors/trust/",
)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:evil.example",
        "\thttps://evil.example",
    ],
)
def test_item_32_nobody_is_led_away(site: Any, target: str) -> None:
    where, account = browser(), person(site)
    page = where.get("/account/login/", {"next": target}).content.decode()
    assert "evil" not in page or 'value="' in page
    answer = where.post("/account/login/?next=" + target, {"login": account, "password": SECRET, "next": target})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    for address in ("reauthenticate/", "logout/"):
        answer = where.post(f"/account/{address}?next={target}", {"password": SECRET, "next": target})
        assert "evil" not in answer.headers.get("Location", ""), address
        assert not answer.headers.get("Location", "").startswith(("javascript", "data")), address


def test_item_32_the_way_back_after_signing_in_is_an_address_of_this_site(site: Any) -> None:
    from urllib.parse import parse_qs, urlsplit

    for path in ("/participants/a&next=https:%2F%2Fevil.example/", "/participants/%0d%0aX-Evil:%201/"):
        answer = browser().get(path)
        if answer.status_code == 404:
            continue
        assert "X-Evil" not in answer.headers
        assert parse_qs(urlsplit(answer.headers["Location"]).query).keys() == {"next"}
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0].startswith("/participants/")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/..%2f..%2fsettings.py",
        "/static/firstdose/../../settings.py",
        "/static//etc/passwd",
        "/participants/..%2f..%2f..%2fetc%2fpasswd/",
        "/participants/....//....//etc/passwd/",
        "/trial/batches/../../../../etc/passwd/",
        "/trial/..%2f..%2fkeys/ledger.key/",
        "/trial/role_grants/",
        "/trial/subjects/",
        "/participants/%00/",
        "/participants/%ff/",
        "/participants/" + "a" * 5000 + "/",
    ],
)
def test_item_32_no_address_leads_to_a_file(site: Any, signed_in: Client, path: str) -> None:
    answer = signed_in("pharmacist").get(path)
    assert answer.status_code in (404, 301), path
    body = answer.content if not answer.streaming else b"".join(answer.streaming_content)
    for secret in (b"root:", b"SECRET_KEY", b"Traceback", b"sqlite"):
        assert secret not in body


@pytest.mark.parametrize("page", NOT_USED_HERE)
def test_item_32_pages_of_accounts_that_are_not_used_do_not_exist(site: Any, signed_in: Client, page: str) -> None:
    for where in (browser(), signed_in("coordinator")):
        assert where.get(f"/account/{page}").status_code == 404
        assert where.post(f"/account/{page}", {"email": "x@example.org"}).status_code == 404


def test_item_32_pages_of_accounts_that_are_used_work(site: Any) -> None:
    where = browser()
    assert where.get("/account/login/").status_code == 200
    sign_in(where, person(site))
    where.post("/account/reauthenticate/", {"password": SECRET})
    pages = ["logout/", "reauthenticate/", "password/change/", "inactive/", "factors/", "factors/totp/activate/"]
    for page in [*pages, "factors/webauthn/", "factors/webauthn/add/"]:
        assert where.get(f"/account/{page}").status_code == 200, page


def test_item_32_another_host_is_not_answered_nor_named(site: Any) -> None:
    where = browser()
    answer = where.get("/account/login/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert b"evil" not in answer.content
    for header in ("HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_FORWARDED"):
        answer = where.get("/participants/", **{header: "evil.example"})
        assert "evil" not in answer.headers["Location"]


def test_errors_say_nothing_of_the_program(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from firstdose.web import context

    where = browser(raise_request_exception=False)
    sign_in(where, person(site))

    def fails(*_: object) -> None:
        raise RuntimeError("the secret of /srv/keys/ledger.key")

    monkeypatch.setattr(type(site), "courses", fails)
    answers = [where.get("/")]
    monkeypatch.setattr(context, "_is_open", fails)
    answers.append(where.get("/role/"))
    for answer in answers:
        assert answer.status_code == 500
        page = answer.content.decode()
        assert "the program failed; nothing was written" in page
        for secret in ("secret of", "ledger.key", "Traceback", "RuntimeError", "site-packages"):
            assert secret not in page


NUMBERS = ("head", "event", "decision", "level", "preparation", "cohort", "batch", "slot", "number", "before", "lock")
STEPS = {
    "doses": ("statistician", ("open", "close")),
    "dose": ("investigator", ("reserve", "assign", "prepare", "record", "cancel")),
    "decision": ("committee_member", ("sign", "take")),
    "adjudications": ("committee_member", ("",)),
    "eligibility": ("investigator", ("confirm", "")),
    "people": ("administrator", ("grant", "take", "close")),
}


@pytest.mark.parametrize("text", ["9" * 5000, "\u0663", "\u00b2", "-1", "\x00", "' OR 1=1 --"])
def test_item_29_nonsense_where_a_number_belongs_is_refused_with_words(
    site: Any, signed_in: Client, subject_of: SubjectOf, text: str
) -> None:
    sent, elsewhere = {"verdict": "not_dlt", **dict.fromkeys(NUMBERS, text)}, new_address()
    for route, address in addresses(site, subject_of("01")):
        role, steps = STEPS.get(route.name, ("", ()))
        for step in steps:
            answer = signed_in(role).post(address, {**sent, "step": step}, REMOTE_ADDR=elsewhere)
            assert answer.status_code in (302, 404, 409, 429), (address, step)
    assert signed_in("investigator").get("/ledger/", sent).status_code == 200
    assert signed_in("investigator").get(f"/doses/{subject_of('01')}/", sent).status_code == 200


@on_both
@pytest.mark.parametrize("words", ["' OR '1'='1", "1; DROP TABLE ledger_entries;--", "%' UNION SELECT 1--", "\\'; --"])
def test_item_29_statements_are_text(site: Any, signed_in: Client, subject_of: SubjectOf, words: str) -> None:
    where, before = signed_in("coordinator"), len(list(site.ledger.records("subjects")))
    assert where.get(f"/participants/{words}/").status_code == 404
    assert where.get("/ledger/", {"before": words}).status_code == 200
    answer = where.post("/participants/new/", {"subject": f"SQL {words}", "centre": "01"})
    assert answer.status_code in (302, 409)
    assert len(list(site.ledger.records("subjects"))) in (before, before + 1)
    assert sign_in(browser(), words, words).status_code in (200, 429)


def test_item_32_no_part_of_the_program_can_fetch_an_address() -> None:
    """No module imports what opens connections to others; a protocol file can make the server ask nobody."""
    import ast
    from pathlib import Path

    import firstdose

    opens = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "socket", "ftplib", "smtplib", "ssl"}
    modules = sorted(Path(next(iter(firstdose.__path__))).rglob("*.py"))
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            named = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not opens & set(named), module
    assert len(modules) > 300

"""Attacks on what a role may see and do: other people's records, borrowed rights, forms from elsewhere, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.roles import ROLES
from firstdose.records import columns_of
from tests.web.browsing import (
    SECRET,
    addresses,
    browser,
    do_to_account,
    is_in,
    new_address,
    person,
    sign_in,
    user_of,
    without_tokens,
)
from tests.web.sites import on_both

Client = Callable[[str], Any]
SubjectOf = Callable[[str], str]
OF_A_SITE = [name for name, role in ROLES.items() if role.is_of_site]
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


def of_other_sites(site: Any, centre: str) -> set[str]:
    return {each.fields["subject"] for each in site.ledger.records("subjects") if each.fields["centre"] != centre}


@pytest.mark.parametrize("role", OF_A_SITE)
def test_item_23_no_page_of_a_site_names_somebody_of_another(
    site: Any, signed_in: Client, subject_of: SubjectOf, role: str
) -> None:
    where, others = signed_in(role), of_other_sites(site, "01")
    assert others
    for _, address in addresses(site, subject_of("01")):
        page = where.get(address).content.decode()
        assert not [name for name in others if re.search(rf"\b{re.escape(name)}\b", page)], address


@on_both
def test_item_23_no_page_of_the_ledger_names_somebody_of_another_site(site: Any, signed_in: Client) -> None:
    where, others = signed_in("coordinator"), of_other_sites(site, "01")
    before: int | None = site.ledger.head().sequence + 1
    pages = 0
    while before and pages < 8:
        page = where.get(f"/ledger/?before={before}").content.decode()
        assert not re.findall(rf".{{0,200}}\b(?:{'|'.join(map(re.escape, others))})\b", page), before
        found = re.search(r"\?before=(\d+)", page)
        before, pages = int(found.group(1)) // 2 if found else None, pages + 1
    assert pages > 3


def test_item_23_elsewhere_and_nowhere_are_alike_on_every_page(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    """The same status and the same page, but for the token of a form, whether somebody is of another site or nobody."""
    where = signed_in("coordinator")
    theirs, nobody = subject_of("02"), "NOBODY-99"
    for (route, there), (_, nowhere) in zip(addresses(site, theirs), addresses(site, nobody), strict=True):
        if "<str:subject>" not in route.address:
            continue
        for send in (where.get, where.post):
            answers = [send(there, {"step": "reserve"}), send(nowhere, {"step": "reserve"})]
            assert {each.status_code for each in answers} <= {403, 404, 405}, there
            assert without_tokens(answers[0]) == without_tokens(answers[1]), there


@on_both
def test_item_23_another_sites_records_are_not_reached_by_their_names(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    where, ours, theirs = signed_in("coordinator"), subject_of("01"), subject_of("02")
    for record in (f"{theirs}/1", f"../{theirs}/1", f"{theirs}%2F1"):
        for end in ("", "history/"):
            assert where.get(f"/participants/{ours}/adverse_events/{record}/{end}").status_code == 404, record
    assert where.post(f"/participants/{ours}/adverse_events/{theirs}/1/", {"term": "x"}).status_code == 404
    typed = {"draft": f"{theirs}/1", "term": "not theirs"}
    where.post(f"/participants/{ours}/adverse_events/check/", typed)
    page = browser()
    sign_in(page, person(site, "coordinator", "02"))
    assert b"not theirs" not in page.get(f"/participants/{theirs}/adverse_events/{theirs}/1/").content


@on_both
@pytest.mark.parametrize("field", ["role", "role_grants", "site", "account", "acting", "author", "is_staff"])
def test_item_24_a_role_is_not_taken_by_a_field(site: Any, signed_in: Client, field: str) -> None:
    where = signed_in("monitor")
    sent = {"subject": "X-24", "centre": "01", field: "investigator@01"}
    assert where.post("/participants/new/", sent).status_code == 403
    assert where.post("/people/", {"step": "grant", "account": "monitor", **sent}).status_code == 403
    assert where.post("/role/", {"role": "administrator@*"}, content_type="application/json").status_code in (302, 409)
    assert where.get("/people/").status_code == 403
    assert not site.ledger.record("subjects", "X-24").exists


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_item_24_other_methods_do_nothing(site: Any, signed_in: Client, subject_of: SubjectOf, method: str) -> None:
    where, before = signed_in("investigator"), site.ledger.head()
    for _, address in addresses(site, subject_of("01")):
        assert getattr(where, method)(address).status_code == 405, address
    assert site.ledger.head() == before


@on_both
def test_item_24_a_form_sets_nothing_that_is_set_otherwise(site: Any, signed_in: Client) -> None:
    """What the investigator signs, and which protocol somebody follows, is not filled in with the form."""
    where = signed_in("coordinator")
    sent = {"subject": "X-24M", "centre": "01", "consent": "2026-01-02", "head": "99", "is_removed": "1"}
    stolen = {"eligibility_confirmed": "2026-01-02", "eligibility_confirmed_by": "me", "protocol_version": "99"}
    where.post("/participants/new/", {**sent, **stolen})
    fields = site.ledger.record("subjects", "X-24M").fields
    assert "eligibility_confirmed" not in fields
    assert fields["protocol_version"] == site.version
    answer = where.post("/participants/X-24M/subjects/X-24M/", {**stolen, "reason": "x y z"})
    fields = site.ledger.record("subjects", "X-24M").fields
    assert answer.status_code == 409
    assert "eligibility_confirmed" not in fields
    assert fields["protocol_version"] == site.version


@on_both
def test_item_24_the_administrator_takes_no_part_in_the_data(site: Any) -> None:
    boss, where = person(site, "administrator", "*"), browser()
    sign_in(where, boss)
    data = {"step": "grant", "full_name": "Me", "role": "investigator", "site": "01"}
    assert where.post("/people/", {**data, "account": boss}).status_code == 409
    other = person(site, "administrator", "*")
    assert where.post("/people/", {**data, "account": other}).status_code == 409
    nurse = person(site)
    manage = {"step": "grant", "full_name": "Nurse", "role": "administrator", "account": nurse}
    assert where.post("/people/", manage).status_code == 409
    assert where.post("/people/", {**data, "account": nurse}).status_code == 302
    own = next(each.record for each in site.ledger.records("role_grants") if each.fields["account"] == boss)
    assert do_to_account(where, boss, "take", grant=own).status_code == 409
    for step in ("close", "password", "factors"):
        assert do_to_account(where, boss, step).status_code == 409
    assert is_in(where)


@on_both
@pytest.mark.parametrize(
    "name", ["", " ", "COORDINATOR", "co\u043erdinator", "coord\u200binator", "a b", "x" * 200, "<b>"]
)
def test_item_24_no_account_is_mistaken_for_another(site: Any, name: str) -> None:
    from django.contrib.auth import get_user_model

    where = browser()
    sign_in(where, person(site, "administrator", "*"))
    users: Any = get_user_model().objects
    before = users.count()
    sent = {"step": "grant", "account": name, "full_name": "X", "role": "monitor", "site": "01"}
    assert where.post("/people/", sent).status_code == 409
    assert where.post("/people/", {"step": "grant"}).status_code == 409
    assert users.count() == before


@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if "see_names" not in role.may])
def test_item_25_who_may_not_see_names_sees_none(site: Any, signed_in: Client, role: str) -> None:
    """A birth date stands for all that identifies directly; it is looked for on every page about the person."""
    subject = f"NAMED-{role}"
    birth = {"subject": subject, "centre": "01", "birth": "1961-07-23"}
    assert signed_in("coordinator").post("/participants/new/", birth).status_code == 302
    where = signed_in(role)
    for _, address in addresses(site, subject):
        assert "1961-07-23" not in where.get(address).content.decode(), address
    assert "1961-07-23" not in where.get(f"/participants/{subject}/subjects/{subject}/").content.decode()
    assert "1961-07-23" not in where.get(f"/participants/{subject}/subjects/{subject}/history/").content.decode()
    monitor = signed_in("monitor").get(f"/participants/{subject}/subjects/{subject}/").content.decode()
    assert "1961-07-23" in monitor


@on_both
def test_item_25_a_committee_member_sees_the_pack_and_no_records(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    where = signed_in("committee_member")
    for route, address in addresses(site, subject_of("01")):
        if "see_data" in route.see and "see_pack" not in route.see:
            assert where.get(address).status_code == 403, address
    assert where.get("/ledger/").status_code == 403


def test_item_27_every_form_needs_its_token(site: Any, subject_of: SubjectOf) -> None:
    where = browser(enforce_csrf_checks=True)
    for role in ROLES:
        where.force_login(user_of(role), backend="django.contrib.auth.backends.ModelBackend")
        before = site.ledger.head()
        for route, address in addresses(site, subject_of("01")):
            if route.send is not None:
                for kind in ("application/x-www-form-urlencoded", "application/json", "text/plain"):
                    answer = where.post(address, "subject=X-27&centre=01", content_type=kind)
                    assert answer.status_code == 403, (role, address)
                    assert b"form was not sent from this page" in answer.content
        assert site.ledger.head() == before
    for page in ("login", "logout", "reauthenticate", "password/change", "factors/totp/activate"):
        assert where.post(f"/account/{page}/", {"login": "x"}).status_code == 403, page


@on_both
def test_item_27_a_token_from_elsewhere_or_from_before_signing_in_is_refused(site: Any) -> None:
    where, thief = browser(enforce_csrf_checks=True), browser(enforce_csrf_checks=True)

    def token(someone: Any, address: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', someone.get(address).content.decode())
        assert found
        return found.group(1)

    before = token(where, "/account/login/")
    account = person(site)
    origin = {"HTTP_ORIGIN": "https://evil.example"}
    sent = {"login": account, "password": SECRET, "csrfmiddlewaretoken": before}
    assert where.post("/account/login/", sent, **origin).status_code == 403
    assert where.post("/account/login/", sent).status_code == 302
    new = {"subject": "X-27T", "centre": "01", "csrfmiddlewaretoken": before}
    assert where.post("/participants/new/", new).status_code == 403
    new["csrfmiddlewaretoken"] = token(thief, "/account/login/")
    assert where.post("/participants/new/", new).status_code == 403
    new["csrfmiddlewaretoken"] = token(where, "/participants/new/")
    assert where.post("/participants/new/", new, **origin).status_code == 403
    assert where.post("/participants/new/", new).status_code == 302


def test_item_27_nobody_is_signed_out_by_a_picture(site: Any) -> None:
    where = browser()
    sign_in(where, person(site))
    assert where.get("/account/logout/").status_code == 200
    assert is_in(where)


def test_item_27_no_page_can_be_framed_read_from_elsewhere_or_kept(
    site: Any, signed_in: Client, subject_of: SubjectOf
) -> None:
    where = signed_in("investigator")
    pages = [address for route, address in addresses(site, subject_of("01")) if "GET" in route.methods]
    pages += ["/nowhere/", "/account/login/", "/account/password/change/", "/account/factors/", "/people/"]
    for address in pages:
        answer = where.get(address, HTTP_ORIGIN="https://evil.example")
        headers = answer.headers
        assert headers["X-Frame-Options"] == "DENY", address
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert "no-store" in headers["Cache-Control"], address
        assert not [name for name in headers if name.lower().startswith("access-control")], address
        assert "server" not in {name.lower() for name in headers}, address


def test_item_27_a_lockout_is_not_told_to_other_sites(site: Any) -> None:
    where = browser(HTTP_X_REQUESTED_WITH="XMLHttpRequest", HTTP_ORIGIN="https://evil.example")
    for _ in range(6):
        answer = sign_in(where, "coordinator-of-none", "wrong")
    assert answer.status_code == 429
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_item_27_cookies_are_for_this_site_alone(site: Any) -> None:
    where = browser()
    where.get("/account/login/")
    sign_in(where, person(site))
    for name in ("sessionid", "csrftoken"):
        assert where.cookies[name]["httponly"] is True, name
        assert where.cookies[name]["samesite"] == "Lax", name


def test_item_27_over_https_cookies_and_transport_are_strict(tmp_path: Any) -> None:
    """The settings of a site with a name, made in a process of their own."""
    import json
    import os
    import subprocess
    import sys

    names = [
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "DEBUG",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
        "ALLOWED_HOSTS",
    ]
    script = (
        f"import json; from firstdose.web import settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    )
    environment = {**os.environ, "FIRSTDOSE_FOLDER": str(tmp_path), "FIRSTDOSE_HOSTS": "trial.hospital.example"}
    found = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True)
    values = dict(zip(names, json.loads(found.stdout), strict=True))
    assert values == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "DEBUG": False,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
        "ALLOWED_HOSTS": ["trial.hospital.example"],
    }
    secret = tmp_path / "keys" / "site.secret"
    assert secret.stat().st_mode & 0o077 == 0


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


def test_every_kind_of_record_has_its_words_checked_here() -> None:
    """What identifies directly is known by its question; were there none, the tests above would look for nothing."""
    named = {
        (kind, column.name)
        for kind, record in LEDGER_RECORDS.items()
        for column in columns_of(record).values()
        if column.question.identifying == "directly"
    }
    assert named == {("subjects", "birth"), ("signatures", "signer_name"), ("role_grants", "full_name")}


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

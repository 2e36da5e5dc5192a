"""Attacks from elsewhere on somebody who is signed in: forms, frames, pictures, cookies."""

from __future__ import annotations

import re
from typing import Any

from firstdose.conduct.roles import ROLES
from tests.web.browsing import SECRET, Client, SubjectOf, addresses, browser, is_in, person, sign_in, user_of
from tests.web.sites import on_both


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

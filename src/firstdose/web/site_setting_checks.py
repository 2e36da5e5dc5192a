"""The settings of the site: what Django itself says of them, and what every answer carries."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, get_hasher, identify_hasher
from django.core.checks import WARNING, run_checks

from firstdose.validation.installation import Check, NotChecked, expect
from firstdose.web.configuration import Configuration
from firstdose.web.middleware import POLICY
from firstdose.web.site_visitor import PART, Visitor, add_account

NOT_MEANT = {
    "security.W005": "other hosts of the domain are the hospital's",
    "security.W008": "the proxy redirects to HTTPS",
    "security.W021": "other hosts of the domain are the hospital's",
}
"""What Django advises and is left to who runs the domain and its proxy."""
WITHOUT_HTTPS = ("security.W004", "security.W012", "security.W016")
"""What it advises besides where the site is reached from its own machine alone, without HTTPS."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
QUICK = ("md5", "unsalted", "sha1", "crypt")


def checks(configuration: Configuration) -> tuple[Check, ...]:
    """The checks of settings."""
    hosts = ", ".join(configuration.hosts)
    return (
        Check(
            "site_deployment",
            PART,
            "21 CFR 11.10(a), (d), EU Annex 11: the site is set up for being reached by others",
            f"Django's own checks for deployment are run on the settings (hosts: {hosts})",
            "Nothing to warn of, but what is the proxy's and the domain's: " + ", ".join(NOT_MEANT),
            partial(_deployment, configuration),
        ),
        Check(
            "site_headers",
            PART,
            "21 CFR 11.10(d): pages run nothing from elsewhere and cannot be framed",
            "The page to sign in and a page that is not there are asked for",
            "Both carry the content security policy and the other headers that protect them; cookies cannot be read by "
            "scripts",
            partial(_headers, configuration),
        ),
        Check(
            "site_https",
            PART,
            "21 CFR 11.30: what goes over the network is encrypted",
            "The cookies and headers of an answer over HTTPS are looked at",
            "Cookies go over HTTPS alone, and browsers are told to use nothing else",
            partial(_https, configuration),
        ),
        Check(
            "site_passwords",
            PART,
            "21 CFR 11.300: passwords are kept so that nobody can read them",
            "An account is made, and its stored password looked at",
            "It is a hash of the configured hasher, which is not a quick one; the right password fits, others do not",
            _passwords,
        ),
    )


def _deployment(configuration: Configuration) -> str:
    accepted = (*NOT_MEANT, *(() if configuration.https else WITHOUT_HTTPS))
    found = [each for each in run_checks(include_deployment_checks=True) if each.level >= WARNING]
    bad = [each for each in found if each.id not in accepted]
    expect(not bad, "; ".join(f"{each.id}: {each.msg}" for each in bad))
    expect(not settings.DEBUG, "DEBUG is on")
    more = "" if configuration.https else " (reached from this machine alone, without HTTPS)"
    return f"{', '.join(str(each.id) for each in found) or 'nothing'}{more}"


def _headers(configuration: Configuration) -> str:
    visitor = Visitor(configuration)
    for address in ("/account/login/", "/not-there/"):
        answer = visitor.get(address)
        for name, value in HEADERS.items():
            expect(value in str(answer.headers.get(name)), f"{address}: {name} is {answer.headers.get(name)!r}")
    for name, cookie in visitor.cookies.items():
        expect(bool(cookie["httponly"]) and cookie["samesite"] in ("Lax", "Strict"), f"cookie {name}: {cookie}")
    expect(bool(visitor.cookies), "no cookie was set")
    return f"{len(HEADERS)} headers on both; cookies {', '.join(visitor.cookies)}"


def _https(configuration: Configuration) -> str:
    if not configuration.https:
        raise NotChecked("the site is reached from this machine alone: FIRSTDOSE_HOSTS names no other host")
    visitor = Visitor(configuration)
    answer = visitor.get("/account/login/")
    seconds = answer.headers.get("Strict-Transport-Security", "")
    expect("max-age=" in seconds, "no Strict-Transport-Security")
    expect(bool(visitor.cookies), "no cookie was set")
    for name, cookie in visitor.cookies.items():
        expect(bool(cookie["secure"]) and name.startswith("__Host-"), f"cookie {name} goes without HTTPS too")
    return f"Strict-Transport-Security {seconds}; cookies {', '.join(visitor.cookies)} with Secure"


def _passwords() -> str:
    password = "a passphrase of the checks"
    account = add_account("investigator", password=password)
    users: Any = get_user_model().objects
    stored = str(users.get(username=account).password)
    used, configured = str(identify_hasher(stored).algorithm), str(get_hasher().algorithm)
    expect(used == configured, f"hashed with {used}, configured is {configured}")
    expect(not any(word in used for word in QUICK), f"{used} is a quick one")
    expect(password not in stored, "the password can be read")
    expect(check_password(password, stored), "the right password does not fit")
    expect(not check_password(f"{password}.", stored), "another password fits")
    return f"{used}, {stored.split('$')[1]} rounds"

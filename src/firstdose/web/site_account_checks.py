"""Signing in: with what, how often it can be tried, and what the ledger says of it."""

from __future__ import annotations

from functools import partial

from django.conf import settings

from firstdose.conduct.ledger import verify
from firstdose.validation.installation import Check, NotChecked, expect
from firstdose.web.configuration import Configuration
from firstdose.web.site_visitor import PART, Visitor, add_account, add_second_factor, code_of
from firstdose.web.trial import the_trial

PASSWORD = "a passphrase of the checks"
EVENTS = ["sign-in failed", "code of the second factor was wrong", "signed in"]
CODES = "/account/factors/authenticate/"


def checks(configuration: Configuration) -> tuple[Check, ...]:
    """The checks of signing in."""
    return (
        Check(
            "site_sign_in",
            PART,
            "21 CFR 11.10(d), (e), 11.300: who signs in is known, and attempts are in the audit trail",
            "Somebody with an authenticator signs in with a wrong password; with the right one and a wrong code; with "
            "the right one and the right code",
            "In at the last alone; each attempt is in the ledger, which verify finds whole",
            partial(_sign_in, configuration),
        ),
        Check(
            "site_lockout",
            PART,
            "21 CFR 11.300(d): guessing is stopped and told",
            f"A wrong password is given {settings.AXES_FAILURE_LIMIT} times, then the right one",
            "Locked out (429), also with the right one; the ledger tells of it",
            partial(_lockout, configuration),
        ),
        Check(
            "site_second_factor",
            PART,
            "EU Annex 11 (draft of 2025), EMA computerised systems: a second factor for access from afar",
            "Somebody without a second factor is signed in and asks for the first page",
            "Led to setting one up, before anything else",
            partial(_second_factor, configuration),
        ),
    )


def events_of(account: str) -> list[str]:
    """What the ledger says has happened to an account, in order."""
    entries = the_trial().ledger.history("accounts", account)
    return [change.new or "" for entry in entries for change in entry.changes[:1]]


def _sign_in(configuration: Configuration) -> str:
    account = add_account("investigator", password=PASSWORD)
    secret = add_second_factor(account)
    right = code_of(secret)
    wrong = f"{(int(right) + 111_111) % 1_000_000:06d}"
    visitor = Visitor(configuration)
    visitor.sign_in(account, "not it")
    expect(not visitor.is_in, "a wrong password was enough")
    visitor.sign_in(account, PASSWORD)
    expect(not visitor.is_in, "the password alone was enough")
    visitor.post(CODES, {"code": wrong})
    expect(not visitor.is_in, "a wrong code was enough")
    visitor.post(CODES, {"code": code_of(secret)})
    expect(visitor.is_in, "the right password and the right code were not enough")
    events = events_of(account)
    expect(events == EVENTS, f"the ledger says: {events}")
    expect(verify(the_trial().ledger).is_whole, "verify found a fault in the ledger")
    return f"in with both alone; the ledger: {', '.join(events)}"


def _lockout(configuration: Configuration) -> str:
    account = add_account("investigator", password=PASSWORD)
    visitor = Visitor(configuration)
    answers = [visitor.sign_in(account, f"guess {number}") for number in range(settings.AXES_FAILURE_LIMIT)]
    expect(answers[-1].status_code == 429, f"the last wrong one: {answers[-1].status_code}")
    last = visitor.sign_in(account, PASSWORD).status_code
    expect(last == 429 and not visitor.is_in, f"the right one afterwards: {last}")
    events = events_of(account)
    expect("locked out after repeated failures" in events, f"the ledger says: {events}")
    return f"locked out after {len(answers)}; the ledger tells of it"


def _second_factor(configuration: Configuration) -> str:
    if not configuration.second_factor:
        raise NotChecked("the settings ask nobody for one: the site is reached from this machine alone, or they say so")
    visitor = Visitor(configuration).enter(add_account("investigator"))
    answer = visitor.get("/participants/")
    where = answer.headers.get("Location", "")
    expect(answer.status_code == 302 and "factors" in where, f"{answer.status_code} {where}")
    return f"led to {where}"

"""Who may open what: every address, asked for by nobody, by each role, and by people of another site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from django.urls import URLPattern, URLResolver, get_resolver

from firstdose.conduct.roles import DEEDS, ROLES, may
from firstdose.validation.installation import Check, expect
from firstdose.validation.installation.small_trial import OTHER_NURSE, SmallTrial
from firstdose.web.configuration import Configuration
from firstdose.web.guarding import Route
from firstdose.web.routes import ROUTES
from firstdose.web.site_visitor import OTHER_SITE, PART, SITE, Visitor, add_account, add_second_factor
from firstdose.web.trial import the_trial

OF_ACCOUNTS = "account/"
"""Where the pages of signing in are, which have no row in the table."""
OPEN_TO_ALL = frozenset(["favicon.ico"])
"""What browsers ask for by themselves, and which says nothing."""
SUBJECT = "CHECK-001"


def checks(configuration: Configuration) -> tuple[Check, ...]:
    """The checks of access."""
    return (
        Check(
            "site_addresses",
            PART,
            "21 CFR 11.10(d), (g): every page stands in one table, with what one must be allowed to do",
            "The addresses that Django answers are compared with the table, and its rights with the roles",
            "No address besides the table's, those of signing in and the icon; every right is known, and a role has it",
            _addresses,
        ),
        Check(
            "site_signed_out",
            PART,
            "21 CFR 11.10(d): nobody sees anything without signing in",
            "Every address of the table is asked for by somebody who is not signed in",
            "Each answer leads to the page to sign in",
            partial(_signed_out, configuration),
        ),
        Check(
            "site_roles",
            PART,
            "21 CFR 11.10(d), (g): a role does what the table of roles allows, and nothing else",
            f"An account in each of {len(ROLES)} roles asks for every address that its role may not see, and sends to "
            "every address to which it may not send",
            "Refused each time (403)",
            partial(_roles, configuration),
        ),
        Check(
            "site_other_site",
            PART,
            "ICH E6(R3) Annex 1, 4: a site sees nobody of another site",
            "A coordinator of one site asks for every page of a participant of another site, and of nobody at all",
            "Not found (404) in both cases, as if neither existed",
            partial(_other_site, configuration),
        ),
        Check(
            "site_origin",
            PART,
            "21 CFR 11.10(d): no other page can send a form in somebody's name",
            "Somebody who may enter data sends a form without the token of the page",
            "Refused (403), and nothing is written",
            partial(_origin, configuration),
        ),
    )


def address_of(route: Route, subject: str = SUBJECT) -> str:
    """An address of a route, its parts filled in."""
    parts = re.split(r"<\w+:(\w+)>", route.address)
    filled = {"subject": subject, "record_type": "adverse_events", "record": f"{subject}/1"}
    return "/" + "".join(filled.get(part, "1") if at % 2 else part for at, part in enumerate(parts))


def _answered(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Every address that Django answers, but those of signing in."""
    for pattern in patterns:
        address = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not address.startswith(OF_ACCOUNTS):
                yield from (address + each for each in _answered(pattern.url_patterns))
        else:
            yield address


def _addresses() -> str:
    answered, listed = set(_answered(get_resolver().url_patterns)), {route.address for route in ROUTES}
    different = (answered ^ listed) - OPEN_TO_ALL
    expect(not different, f"different: {sorted(different)}")
    for route in ROUTES:
        for deed in (*route.see, *(route.send or ())):
            is_had = deed in DEEDS and any(may(role, deed) for role in ROLES)
            expect(is_had, f"{route.address}: no role may {deed}")
    return f"{len(listed)} addresses, {len(DEEDS)} rights, {len(ROLES)} roles"


def _signed_out(configuration: Configuration) -> str:
    visitor = Visitor(configuration)
    for route in ROUTES:
        answer = visitor.get(address_of(route))
        where = answer.headers.get("Location", "")
        is_led = answer.status_code == 302 and where.startswith("/account/login/")
        expect(is_led, f"{address_of(route)}: {answer.status_code} {where}")
    return f"{len(ROUTES)} addresses, all lead to signing in"


def _roles(configuration: Configuration) -> str:
    seen = sent = 0
    for role in ROLES:
        account = add_account(role)
        add_second_factor(account)
        visitor = Visitor(configuration).enter(account)
        for route in ROUTES:
            address = address_of(route)
            if route.see and not any(may(role, deed) for deed in route.see):
                status = visitor.get(address).status_code
                expect(status == 403, f"{role} asked for {address}: {status}")
                seen += 1
            if route.send and not any(may(role, deed) for deed in route.send):
                status = visitor.post(address, {}).status_code
                expect(status == 403, f"{role} sent to {address}: {status}")
                sent += 1
    expect(bool(seen and sent), "nothing was asked for")
    return f"{seen} pages and {sent} forms refused to {len(ROLES)} roles"


def _other_site(configuration: Configuration) -> str:
    trial = SmallTrial(configuration.database_url, the_trial().ledger.key, is_new=False)
    try:
        trial.person(SUBJECT, OTHER_NURSE)
    finally:
        trial.ledger.close()
    account, own = (add_account("coordinator", site) for site in (SITE, OTHER_SITE))
    for each in (account, own):
        add_second_factor(each)
    there = Visitor(configuration).enter(own).get(f"/participants/{SUBJECT}/").status_code
    expect(there == 200, f"the own site asked for the participant: {there}")
    visitor, asked = Visitor(configuration).enter(account), 0
    for route in ROUTES:
        if "<str:subject>" in route.address and (not route.see or any(may("coordinator", deed) for deed in route.see)):
            for subject in (SUBJECT, "NOBODY-1"):
                status = visitor.get(address_of(route, subject)).status_code
                expect(status == 404, f"{address_of(route, subject)}: {status}")
                asked += 1
    return f"{asked} pages not found; the own site has the participant's page"


def _origin(configuration: Configuration) -> str:
    account = add_account("coordinator")
    add_second_factor(account)
    visitor = Visitor(configuration, enforce_csrf_checks=True).enter(account)
    ledger = the_trial().ledger
    before = ledger.records("subjects")
    status = visitor.post("/participants/new/", {"subject": "CHECK-002", "centre": SITE}).status_code
    expect(status == 403, f"answered with {status}")
    expect(ledger.records("subjects") == before, "a participant was written")
    return "refused (403); nothing was written"

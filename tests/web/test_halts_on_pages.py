"""What shuts the gate for everybody is told on every page that speaks of dosing, to each role in its words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conduct.halting_kinds import KINDS
from tests.conduct.running import second_cohort
from tests.dosing.trial import PROTOCOL
from tests.web.another_site import browser_of, place_of, site_with_clock
from tests.web.browsing import SECRET
from tests.web.sites import Sites

PEOPLE = {
    "told-nurse": ("coordinator", "IT01"),
    "told-abroad": ("coordinator", "CH01"),
    "told-statistician": ("statistician", "*"),
    "told-member": ("committee_member", "*"),
}
PAGES = {"told-nurse": ("/", "/doses/"), "told-statistician": ("/", "/doses/"), "told-member": ("/", "/safety/")}


def halted(text: str) -> str:
    """What a page tells of dosing being halted; empty where it tells nothing."""
    return text.partition("Dosing is halted:")[2].partition("</ul>")[0]


def text(account: str, address: str) -> str:
    answer = browser_of(account).get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


@contextmanager
def halted_by(kind: str, sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site on which P4 to P6 hold the slots of the second cohort, and something has happened."""
    moments = []

    def fill(configuration: Any) -> None:
        from firstdose.web import starting

        trial = second_cohort(place_of(configuration, PROTOCOL))
        people = [starting.Person(name, name, role, site, SECRET) for name, (role, site) in PEOPLE.items()]
        starting.add_people(trial.ledger, people)
        KINDS[kind][0](trial)
        moments.append(trial.now)
        trial.ledger.close()

    with site_with_clock(sites, fill, monkeypatch) as clock:
        clock.moment = moments[0]
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_says_what_shuts_the_gate(sites: Sites, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    words = KINDS[kind][1]
    with halted_by(kind, sites, monkeypatch):
        assert words in text("told-nurse", "/doses/P6/"), "the gate"
        for account, addresses in PAGES.items():
            for address in addresses:
                assert words in halted(text(account, address)), (account, address)
        for address in ("/", "/doses/"):
            page = halted(text("told-abroad", address))
            assert page, address
            assert not any(f"P{number}" in page for number in range(1, 7)), address


WAITS = {
    "possible DLT": ("1 possible DLT waits for a verdict: look at it, and judge",),
    "feared": ("2 possible DLTs wait for a verdict: look at them, and judge",),
    "changed": ("1 event is not what was judged any more: judge it again",),
    "late DLT": (),
}


@pytest.mark.parametrize("kind", WAITS)
def test_members_are_told_first_what_they_judge(sites: Sites, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    with halted_by(kind, sites, monkeypatch):
        page = text("told-member", "/")
        found = re.findall(r'<p><a href="/verdicts/">([^<]+)</a></p>', page)
        assert tuple(found) == WAITS[kind]
        places = [page.index(each) for each in ("Dosing is halted:", *found, "This role sees")]
        assert places == sorted(places)
        assert not any(words in text("told-nurse", "/") for words in found)


def test_a_halt_is_told_at_once_however_long_it_takes_to_work_out(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow machine much of a page is kept for a while; never that nothing halts dosing."""
    from firstdose.web import trial as web_trial
    from firstdose.web.trial import the_trial

    running = []

    def fill(configuration: Any) -> None:
        from firstdose.web import starting

        running.append(second_cohort(place_of(configuration, PROTOCOL)))
        starting.add_people(running[0].ledger, [starting.Person("told-soon", "Soon", "coordinator", "IT01", SECRET)])
        running[0].ledger.close()

    happens, words = KINDS["possible DLT"]
    with site_with_clock(sites, fill, monkeypatch) as clock:
        clock.moment = running[0].now
        monkeypatch.setattr(web_trial, "QUICK_MAKING_SECONDS", 0.0)
        monkeypatch.setattr(the_trial(), "patience", 1e6)
        assert not halted(text("told-soon", "/"))
        running[0].ledger = the_trial().ledger
        happens(running[0])
        assert words in halted(text("told-soon", "/"))


def test_an_event_that_is_to_be_judged_anew_is_still_open(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    with halted_by("changed", sites, monkeypatch):
        listed = text("told-statistician", "/decisions/").partition("Still open:")[2].partition("</ul>")[0]
        assert KINDS["changed"][1].partition(";")[0] in listed

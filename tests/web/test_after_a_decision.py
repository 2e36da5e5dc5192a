"""After a decision that departs: what to do stands where it is done, and nobody is dosed by another number.

A trial of three cohorts of three at two levels, of which the second cohort holds its slots, through the pages alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conduct.running import second_cohort
from tests.dosing.trial import PROTOCOL
from tests.web.another_site import Clock, browser_of, place_of, site_with_clock
from tests.web.browsing import SECRET
from tests.web.sites import Sites

PEOPLE = {"statistician": "statistician", "nurse": "coordinator", "one": "committee_member", "two": "committee_member"}
LOWER = "a seizure in another trial of these cells"


def fill(configuration: Any) -> None:
    """Level 2 was decided on 19 March; P4 to P6 hold the slots of the second cohort."""
    from firstdose.web import starting

    running = second_cohort(place_of(configuration, PROTOCOL))
    of_site = {"coordinator": "IT01"}
    people = [
        starting.Person(account, account, role, of_site.get(role, "*"), SECRET) for account, role in PEOPLE.items()
    ]
    starting.add_people(running.ledger, people)
    running.ledger.close()


@pytest.fixture
def clock(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with site_with_clock(sites, fill, monkeypatch) as found:
        found.at("2026-03-21T10:00")
        yield found


def text(account: str, address: str) -> str:
    answer = browser_of(account).get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def send(account: str, address: str, **sent: str) -> Any:
    return browser_of(account).post(address, sent)


def hidden_on(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', text("one", page))
    assert found, name
    return found[1]


def prepared() -> str:
    answer = send("statistician", "/decisions/")
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def proposed(action: str, level: str = "", reason: str = LOWER) -> str:
    page = prepared()
    sent = {"action": action, "level": level, "reason": reason, "head": hidden_on(page, "head")}
    assert send("one", page, step="propose", without_dlt="seen in the ward", **sent).status_code == 302
    return page


def sign(account: str, page: str) -> None:
    assert send(account, page, step="sign", head=hidden_on(page, "head"), password=SECRET).status_code == 302


def take(page: str, **more: str) -> Any:
    seen = {name: hidden_on(page, name) for name in ("head", "data_hash")}
    return send("two", page, step="take", password=SECRET, **seen, **more)


def decide(action: str, level: str = "") -> str:
    page = proposed(action, level)
    sign("one", page)
    sign("two", page)
    assert take(page).status_code == 302
    return page


def in_text(page: str) -> str:
    """A page without its tags; a link leaves no gap in its sentence."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"</?a\b[^>]*>", "", page)).split())


def test_what_to_do_stands_at_the_cohort_with_the_pages_where_it_is_done(clock: Clock) -> None:
    decide("dose", "1")
    clock.at("2026-03-21T11:00")
    page = text("nurse", "/doses/")
    words = "release the slots of P4, P5 and P6, close cohort C2, then open a cohort by decision 2"
    assert f"decision 2, taken later, is to dose level 1: {words}" in page
    linked = ", ".join(f'<a href="/doses/{each}/">{each}</a>' for each in ("P4", "P5"))
    assert f'Release the slots of {linked} and <a href="/doses/P6/">P6</a></li><li>Close cohort C2</li>' in page
    assert 'href="#open"' not in page, "who opens no cohorts has no form to go to"
    assert '<a href="#open">' in text("statistician", "/doses/")
    for name in ("P4", "P5", "P6"):
        assert send("nurse", f"/doses/{name}/", step="release", reason=LOWER).status_code == 302
    close = {"step": "close", "cohort": "C2", "reason": LOWER}
    assert send("statistician", "/doses/", **close).status_code == 302
    assert send("statistician", "/doses/", step="open", decision="2").status_code == 302
    page = text("nurse", "/doses/")
    assert "Dosing is halted" not in page
    assert "To do, by decision" not in page
    order = [page.index(f"<h3>Cohort {name}:") for name in ("C3", "C2", "C1")]
    assert order == sorted(order), "the open one first, then the highest dose"


def test_names_lead_only_to_people_whom_one_sees() -> None:
    from firstdose.web.cohorts_shown import to_doses

    assert to_doses("release <P4> of P4, P44", ["P44"]) == ('release &lt;P4&gt; of P4, <a href="/doses/P44/">P44</a>')
    assert to_doses("P4 & P5", []) == "P4 &amp; P5"


def test_where_somebody_is_dosed_the_committees_decision_leads(clock: Clock) -> None:
    """The rule would escalate to level 2; people stay at level 1, and the rule's advice is called what it is not."""
    assert "The committee decided" not in text("nurse", "/doses/P4/"), "the rule's own decision"
    decide("dose", "1")
    clock.at("2026-03-21T11:00")
    page = in_text(text("nurse", "/doses/P4/"))
    decided = "The committee decided: dose level 1, 5 million cells (decision 2, 21 March 2026, 09:00 UTC)."
    assert decided in page
    departs = "This departs from the rule, which recommended then: dose level 2, 10 million cells."
    assert f"Reason: {LOWER}. {departs}" in page
    advice = "Not what the committee decided, but the rule's advice now: "
    assert page.index(decided) < page.index("P4 may not be dosed now.") < page.index(advice)
    assert "has decided otherwise" not in page, "said once"


def test_a_dose_of_a_level_that_was_decided_again_is_said(clock: Clock) -> None:
    """A decision for a higher level leaves who is dosed in the open cohort at its own: both are told."""
    decide("dose", "3")
    clock.at("2026-03-21T11:00")
    page = in_text(text("nurse", "/doses/P4/"))
    assert "P4 may be dosed now, at level 2 (10 million cells) in cohort C2" in page
    assert "The committee has decided otherwise: dose level 3, 16 million cells (decision 2" in page

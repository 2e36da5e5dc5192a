"""An event that becomes known under a lock, through the pages alone: held, the gate shut, the lock opened, recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.browser.running_site import Person, RunningSite, browser_running
from tests.browser.test_running_a_trial import PEOPLE, PROTOCOL, START, Hospital

AT_WORK = {name: PEOPLE[name] for name in ("ines", "carla", "paolo", "stella")} | {
    "dario": ("Dario Riva", "data_manager", "")
}
HALT = "adverse event of P-01 is held outside the locked data (held event 1)"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path, PROTOCOL, START)
    yield running
    running.stop()


def seen(person: Person, address: str) -> str:
    """What stands on a page."""
    person.open(address)
    return str(person.page.inner_text("main"))


def step(person: Person, words: str) -> str:
    """A step with the lock that somebody else asked for, proved with the password."""
    person.open("/locks/")
    person.page.fill("input[name=password]", person.password)
    return person.press(words)


def lock(hospital: Hospital) -> None:
    """The data of the first day are locked by two people on the next."""
    hospital.site.later(days=1)
    hospital.dario.open("/locks/")
    hospital.dario.fill(cut_off=f"{START:%Y-%m-%d}")
    hospital.dario.press("See what stands against it")
    hospital.dario.page.fill("#reason", "an analysis of the first day")
    assert "is asked for" in hospital.dario.press("Ask for the lock up to 2 March 2026")
    assert "the data are locked" in step(hospital.stella, "Lock the data")


def test_an_event_that_becomes_known_under_a_lock(site: RunningSite) -> None:
    with browser_running() as browser:
        hospital = Hospital(browser, site, AT_WORK)
        hospital.release_batch("B1")
        hospital.open_cohort("")
        hospital.enrol("P-01", "C1")
        lock(hospital)
        assert "P-01 may be dosed now" in seen(hospital.ines, "/doses/P-01/")
        hospital.carla.open("/participants/P-01/adverse_events/new/")
        start = f"{START - timedelta(days=1):%Y-%m-%d}"
        hospital.carla.fill(term="Seizure", start=start, grade="4", serious="yes")
        assert "Held outside the locked data as held event 1" in hospital.carla.press("Save")
        assert hospital.carla.page.url.endswith("/held/")
        words = seen(hospital.ines, "/doses/P-01/")
        assert ("P-01 may not be dosed now" in words, HALT in words) == (True, True)
        assert "adverse event of P-01" in seen(hospital.stella, "/locks/")
        hospital.stella.page.get_by_role("link", name="held event 1", exact=True).click()
        assert hospital.stella.page.url.endswith("/held/#held-1")
        assert "Seizure" in hospital.stella.page.inner_text("#held-1")
        hospital.dario.open("/locks/")
        hospital.dario.page.fill("form.inline input[name=reason]", "an event became known")
        hospital.dario.press("Ask to open")
        assert HALT in seen(hospital.ines, "/doses/P-01/"), "one person alone opens nothing"
        assert "the data are open" in step(hospital.stella, "Open the data")
        hospital.carla.open("/held/")
        hospital.carla.page.get_by_role("link", name="Record it now").click()
        assert hospital.carla.page.input_value("#field-term") == "Seizure"
        assert "held event 1 is recorded with it" in hospital.carla.press("Save")
        assert "P-01 may be dosed now" in seen(hospital.ines, "/doses/P-01/")
        assert "recorded as adverse event 1 of P-01" in seen(hospital.carla, "/held/")
        assert [each.troubles for each in hospital.everyone] == [[] for _ in hospital.everyone]

"""Whoever is screened waits for somebody: the investigator's confirmation, then a cohort, until there is one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from firstdose.conduct.ledger import Author
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.web.acting import Acting, Grant
from firstdose.web.trial import people_in
from firstdose.web.waiting_for_you import waiting_for
from tests.conduct.ledger.places import new_place
from tests.conduct.running import Running, first_cohort
from tests.conduct.workplace import NURSE

TO_CONFIRM = "P1 meets the criteria as answered: look at them, confirm eligibility, and sign"
NO_COHORT = "No cohort is open, and P1 is eligible: see what comes next, and open the cohort"


@pytest.fixture
def running(site: Any, tmp_path: Path) -> Running:
    """A trial with P1, who gave consent and meets the criteria; the site is asked for its addresses."""
    running = Running(new_place("sqlite", tmp_path)).at("2026-02-01T08:00")
    running.person("P1")
    return running


@pytest.fixture
def told(running: Running) -> Callable[..., list[tuple[str, str]]]:
    """What somebody in a role is told that waits."""
    return partial(told_in, running)


def told_in(running: Running, role: str, at_site: str = "IT01") -> list[tuple[str, str]]:
    grant = Grant(role, at_site, "Somebody")
    acting = Acting(Author("somebody", role, at_site), grant, (grant,))
    data = running.snapshot.trial_data
    courses = Courses(running.protocol, Records(data, running.now))
    people = people_in(running.ledger)
    known = {"ledger": running.ledger, "protocol": running.protocol, "last_entry": 0, "people": people}
    kept: Callable[..., Any] = lambda name, key, make: make()  # noqa: E731
    trial = SimpleNamespace(**known, courses=lambda moment: courses, kept_a_while=kept)
    request: Any = SimpleNamespace(trial=trial, acting=acting)
    return [(each.words, each.address) for each in waiting_for(request)]


def test_first_for_the_confirmation_then_for_a_cohort_then_for_nothing(running: Running, told: Any) -> None:
    assert told("investigator") == [(TO_CONFIRM, "/participants/P1/eligibility/")]
    assert told("coordinator") == told("statistician", "*") == []
    running.eligible("P1")
    assert told("investigator") == []
    assert told("statistician", "*") == [(NO_COHORT, "/doses/")]
    running.open()
    assert told("statistician", "*") == told("investigator") == []


def test_a_signature_that_has_fallen_is_waited_for_again(running: Running, told: Any) -> None:
    running.eligible("P1")
    running.change("subjects", "P1", centre="IT01", consent="2026-01-05T07:01+01:00")
    assert told("investigator") == [(TO_CONFIRM, "/participants/P1/eligibility/")]
    assert told("statistician", "*") == [], "nobody is eligible"


def test_only_those_who_could_be_confirmed_are_waited_for(running: Running, told: Any) -> None:
    """P2 has no answers, P3 is answered not to be eligible; nobody of another site is told of."""
    running.enter("subjects", NURSE, subject="P2", consent="2026-01-05T07:00+01:00", centre="IT01")
    running.person("P3")
    running.change("criterion_answers", "P3/I1", answer="no")
    assert [words for words, _ in told("investigator")] == [TO_CONFIRM]
    assert told("investigator", "CH01") == []


def test_who_was_dosed_or_may_not_be_dosed_any_more_waits_for_nothing(running: Running, told: Any) -> None:
    running.open()
    running.reserve("P1", "C1")
    assert [words for words, _ in told("investigator")] == [TO_CONFIRM], "with a slot reserved too"
    running.cohort_dosed("C1", ["P4"], ["2026-02-02"])
    assert [words for words, _ in told("investigator")] == [TO_CONFIRM], "of P4 nothing is asked"
    running.enter("dispositions", NURSE, subject="P1", number="1", event="withdrawal by subject")
    assert told("investigator") == []


@pytest.mark.parametrize("action", ["wait", "stop"])
def test_after_a_decision_to_stop_no_cohort_is_waited_for(site: Any, tmp_path: Path, action: str) -> None:
    trial = first_cohort(new_place("sqlite", tmp_path)).at("2026-03-19T15:00")
    trial.close("C1")
    trial.decide(action, None, "for a test")
    trial.person("P7")
    trial.eligible("P7")
    told = [words for words, _ in told_in(trial, "statistician", "*")]
    expected = "No cohort is open, and P7 is eligible: see what comes next, and open the cohort"
    assert told == ([] if action == "stop" else [expected])

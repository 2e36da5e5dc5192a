"""What cannot be so takes the advice away and holds dosing until it is mended, and hides no toxicity meanwhile.

Truth: the first cohort, without a DLT, lets the rule escalate; each of these errors would hide or move what it counts.
"""

from __future__ import annotations

import pytest

from firstdose.conduct.ledger import Draft
from firstdose.conduct.recommending import Advised, recommend
from tests.conduct.running import Running
from tests.conduct.workplace import NURSE


@pytest.fixture
def reviewed(one_cohort: Running) -> Running:
    """The windows of the first cohort are over; the rule escalates to level 2."""
    one_cohort.at("2026-03-19T15:00")
    step = advised(one_cohort).recommendation
    assert step is not None
    assert (step.action, step.next_level) == ("dose", 2)
    return one_cohort


def advised(trial: Running) -> Advised:
    return recommend(trial.protocol, trial.snapshot, trial.now)


def refused(trial: Running) -> str:
    """Why there is no recommendation."""
    found = advised(trial)
    assert found.recommendation is None
    assert found.words.startswith("no recommendation: what dosing rests on cannot be so: ")
    return found.words


def test_an_event_that_begins_later_than_now_hides_no_toxicity(reviewed: Running) -> None:
    reviewed.event("P2", "2027-02-15", grade="4")
    assert "adverse event 1 of P2 is dated later than now (2027-02-15); correct the date" in refused(reviewed)
    reviewed.change("adverse_events", "P2/1", start="2026-02-15")
    step = advised(reviewed).recommendation
    assert step is not None
    assert step.action == "wait", "the event waits for its verdict"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("adverse_events", {"number": "1", "term": "seizure", "start": "2026-02-15", "recorded": "2027-02-15T10:00"}),
        ("deaths", {"died": "2027-02-20"}),
        ("dispositions", {"number": "1", "event": "withdrawal by subject", "occurred": "2027-02"}),
    ],
)
def test_dates_later_than_now_are_errors(reviewed: Running, kind: str, fields: dict[str, str]) -> None:
    reviewed.enter(kind, NURSE, subject="P2", **fields)
    assert "is dated later than now (2027" in refused(reviewed)


@pytest.mark.parametrize("start", ["2026-03-19", "2026-03-19T15:00", "2026-03", "2026"])
def test_a_date_that_may_be_past_is_no_error(reviewed: Running, start: str) -> None:
    reviewed.event("P2", start, relation_to_product="not_related")
    assert advised(reviewed).recommendation is not None


def test_of_somebody_who_is_only_screened_a_later_date_hides_nothing(reviewed: Running) -> None:
    reviewed.person("S9")
    reviewed.event("S9", "2027-02-15")
    assert advised(reviewed).recommendation is not None


def test_what_is_recorded_of_nobody_may_be_anybodys(reviewed: Running) -> None:
    reviewed.event("P2 ", "2026-02-15")
    assert "nobody of this name is a participant" in refused(reviewed)


def test_a_dlt_that_is_removed_is_not_advised_away(reviewed: Running) -> None:
    reviewed.event("P2", "2026-02-15")
    reviewed.verdict("P2", "dlt")
    with reviewed.work(NURSE) as work:
        work.append(Draft("remove", "adverse_events", "P2/1", reason="another person's"))
    assert "event 1 of P2 was judged (DLT) and then removed" in refused(reviewed)
    with reviewed.work(NURSE) as work:
        work.append(Draft("restore", "adverse_events", "P2/1", reason="it was this person's"))
    assert advised(reviewed).recommendation is not None


def test_a_dosing_that_was_given_in_the_future_is_an_error(reviewed: Running) -> None:
    """As when the clock of the server was set back: the interval after P3 is counted, not forgotten."""
    reviewed.at("2026-02-16T09:30")
    assert "dosing 1 of P3 says what was given, and that it starts later than now" in refused(reviewed)


def test_a_death_in_the_window_that_nobody_judged_is_told_beside_the_advice(one_cohort: Running) -> None:
    """P3 was dosed on 16 February and counts as not evaluable; with a verdict on the fatal event, nothing is told."""
    said = "P3 died before the DLT window was over and counts as not evaluable"
    trial = one_cohort.at("2026-03-19T15:00")
    trial.enter("deaths", NURSE, subject="P3", died="2026-02-20")
    step = advised(trial).recommendation
    assert step is not None
    assert trial.history == "1NN-"
    assert any(flag.startswith(said) for flag in step.flags)
    trial.event("P3", "2026-02-19", grade="5", outcome="fatal", end="2026-02-20")
    trial.verdict("P3", "not_dlt")
    step = advised(trial).recommendation
    assert step is not None
    assert not any(flag.startswith(said) for flag in step.flags)


def test_a_death_after_the_window_is_no_matter_of_it(one_cohort: Running) -> None:
    trial = one_cohort.at("2026-03-25T15:00")
    trial.enter("deaths", NURSE, subject="P3", died="2026-03-24")
    step = advised(trial).recommendation
    assert step is not None
    assert trial.history == "1NNN"
    assert not any("died" in flag for flag in step.flags)


def test_a_failure_of_these_checks_is_no_recommendation(reviewed: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(records: object) -> None:
        raise KeyError("a fault of the program")

    monkeypatch.setattr("firstdose.conduct.recommending.impossible", failing)
    assert advised(reviewed).words == "no recommendation: the rule failed (KeyError: 'a fault of the program')"


def test_the_gate_says_the_same_and_not_of_an_earlier_moment(ready: Running) -> None:
    assert ready.words("P4") == []
    ready.event("P2", "2027-02-15", grade="4")
    assert ready.words("P4") == ["adverse event 1 of P2 is dated later than now (2027-02-15); correct the date"]
    ready.change("adverse_events", "P2/1", start="2026-01-15")
    assert ready.words("P4") == []

"""A live trial that backfills lower levels, step by step."""

from __future__ import annotations

import pytest

from firstdose.conduct.ledger import Refused
from firstdose.records import Cohort, Slot
from tests.conduct.running import Running
from tests.dosing.trial import protocol, with_sentinel

BACKFILLS = "  design: boin\n  target_dlt_rate: 0.25\n  backfill: {most_at_a_level: 6}\n"


def backfills(text: str) -> str:
    text = with_sentinel(text).replace("  settings: {variant: previous}\n", "")
    return text.replace("  design: three_plus_three\n", BACKFILLS)


@pytest.fixture
def second_full(ready: Running) -> Running:
    """C2 is full on 4 April: level 2, the first on 21 March."""
    ready.protocol = protocol(backfills)
    for name, day in (("P4", "2026-03-21"), ("P5", "2026-04-04"), ("P6", "2026-04-11")):
        if name == "P6":
            with pytest.raises(Refused, match=r"no level is open for backfilling: 1 of cohort C2 still to be dosed"):
                ready.at("2026-04-05T09:00").open(kind="backfill")
        ready.dose(name, f"{day}T10:00", "10")
    return ready


def test_a_cohort_is_backfilled_while_the_escalation_waits(second_full: Running) -> None:
    trial = second_full.at("2026-04-12T09:00")
    assert trial.open(kind="backfill", cohort="B1", size=2) == "B1"
    (cohort,) = (each for each in trial.all(Cohort) if each.cohort == "B1")
    assert (cohort.dose_level, cohort.dose, cohort.kind, cohort.decision) == (1, 5.0, "backfill", None)
    assert [each.sentinel for each in trial.all(Slot) if each.cohort == "B1"] == [False, False]
    for name in ("Q1", "Q2"):
        trial.enrol(name, "B1")
    trial.dose("Q1", "2026-04-18T10:00")
    assert trial.history == "1NNN 2??? b1?"
    (interval,) = trial.at("2026-04-20T10:00").words("Q2")
    assert "7 days must pass since the dosing of Q1" in interval
    trial.dose("Q2", "2026-04-25T10:00")
    # the windows of C2 are over on 10 May: the next level is decided while both are still followed
    trial.at("2026-05-10T08:00").close("C2")
    assert trial.history == "1NNN 2NNN b1??"
    assert trial.decide("dose", 3) == 2
    assert trial.at("2026-05-10T10:00").open(decision=2, cohort="C3") == "C3"
    trial.enrol("P7", "C3")
    assert trial.words("P7") == []
    with pytest.raises(Refused, match=r"no level is open for backfilling"):
        trial.open(kind="backfill")


def test_without_the_key_a_cohort_that_is_backfilled_needs_a_decision(ready: Running) -> None:
    with pytest.raises(Refused, match="needs a decision"):
        ready.open(kind="backfill")

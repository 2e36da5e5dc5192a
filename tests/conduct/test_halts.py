"""What is told to halt dosing is what shuts the gate for whoever is to be dosed: for every kind of reason, alike."""

from __future__ import annotations

import pytest

from firstdose.conduct.gating import gate, situation_of
from firstdose.conduct.halts import halts
from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from tests.conduct.halting_kinds import KINDS, dosed_two, late_dlt
from tests.conduct.running import Running
from tests.conduct.test_backfilling import backfills
from tests.dosing.trial import ROME, protocol


def told(trial: Running) -> list[str]:
    """What is told to halt dosing."""
    data = trial.snapshot.trial_data
    courses = Courses(trial.protocol, Records(data, trial.now, ROME))
    return [each.words for each in halts(situation_of(trial.ledger, data, trial.protocol, trial.now), courses)]


def at_the_gate(trial: Running, name: str) -> list[str]:
    """What of the reasons against dosing somebody holds whoever it is."""
    situation = situation_of(trial.ledger, trial.snapshot.trial_data, trial.protocol, trial.now)
    return [each.words for each in gate(situation, name, zone=ROME, batch="B1").reasons if each.halts]


@pytest.mark.parametrize("kind", KINDS)
def test_what_shuts_the_gate_for_everybody_is_told_and_nothing_else(ready: Running, kind: str) -> None:
    step, words = KINDS[kind]
    assert told(ready) == at_the_gate(ready, "P4") == []
    step(ready)
    found = told(ready)
    assert any(words in each for each in found), found
    holding = [name for name in ("P4", "P5", "P6") if not any("dosed already" in each for each in ready.words(name))]
    for name in holding:
        assert sorted(at_the_gate(ready, name)) == sorted(found), name
    assert "P6" in holding or kind == "late dosing"


def test_what_passes_by_itself_halts_nothing(ready: Running) -> None:
    """The interval after a dosing and the windows of the cohort are waited for."""
    ready.dose("P4", "2026-03-21T10:00", "10")
    assert any("must pass since the dosing of P4" in each for each in ready.words("P5"))
    assert told(ready) == []


def test_what_lies_with_one_person_halts_nothing(ready: Running) -> None:
    ready.enter("dispositions", subject="P4", number="1", event="withdrawal by subject", occurred="2026-03-20")
    assert ready.words("P4")
    assert told(ready) == []


def test_a_cohort_without_a_place_left_is_not_halted(ready: Running) -> None:
    """With everybody dosed there is nobody whom events that wait hold back; the rule waits for them itself."""
    dosed_two(ready)
    ready.dose("P6", "2026-04-04T10:00", "10")
    ready.event("P5", "2026-03-29")
    ready.event("P6", "2026-04-05")
    assert told(ready.at("2026-04-06T10:00")) == []


def test_what_people_decided_on_is_not_told_any_more(ready: Running) -> None:
    late_dlt(ready)
    assert told(ready)
    ready.decide("dose", 2, "one seizure in a person with epilepsy")
    assert told(ready) == at_the_gate(ready, "P4") == []


@pytest.mark.parametrize(("action", "level"), [("dose", 1), ("stop", None)])
def test_people_who_decided_otherwise_need_not_decide_again(ready: Running, action: str, level: int | None) -> None:
    """The decision by which the cohort was opened stands no more; that its data changed was known to the next."""
    late_dlt(ready)
    ready.decide(action, level, "seizures")
    what = "dose level 1" if level else "stop"
    (found,) = ready.words("P4")
    assert found.startswith(f"decision 2, taken later, is to {what}: ")
    ready.event("P1", "2026-02-12", recorded="2026-03-20T10:00")
    ready.verdict("P1", "dlt")
    assert any("P1 has turned out to have had a DLT; people decide again" in each for each in ready.words("P4"))


def test_of_two_cohorts_the_one_that_is_halted_is_named(ready: Running) -> None:
    """C3 escalates and waits for a verdict on somebody of C2; level 1, which B1 backfills, is open no more."""
    ready.protocol = protocol(backfills)
    for name, day in (("P4", "2026-03-21"), ("P5", "2026-04-04"), ("P6", "2026-04-11")):
        ready.dose(name, f"{day}T10:00", "10")
    ready.at("2026-04-12T09:00").open(kind="backfill", cohort="B1", size=2)
    ready.enrol("Q1", "B1")
    ready.at("2026-05-10T08:00").close("C2")
    ready.decide("dose", 3, "seen in the ward")
    ready.at("2026-05-10T10:00").open(decision=2, cohort="C3")
    ready.enrol("P7", "C3")
    found = told(ready)
    assert [words.partition(": ")[0] for words in found] == ["cohort B1"], "the rule has gone on to the next level"
    ready.event("P4", "2026-03-22")
    waits = "P4: seizure of grade 3 (event 1) waits for adjudication"
    assert waits in at_the_gate(ready, "P7")
    assert waits not in at_the_gate(ready, "Q1")
    assert f"cohort C3: {waits}" in told(ready)
    assert waits not in told(ready)

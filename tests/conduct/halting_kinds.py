"""What halts dosing for everybody, one trial for each kind: what is done, and what is to be read of it."""

from __future__ import annotations

from collections.abc import Callable

from firstdose.conduct.ledger import Draft
from tests.conduct.running import Running
from tests.conduct.workplace import MEMBER, NURSE

Step = Callable[[Running], None]
BEGAN = "2026-02-15"
"""A day in the window of P2, who counted as without a DLT when the second level was decided."""


def departed(trial: Running) -> None:
    trial.prepare("P4")
    trial.record_given("P4", "2026-03-21T10:00", "the syringe was overfilled", dose_given="14")


def possible_dlt(trial: Running) -> None:
    trial.event("P2", BEGAN)


def late_dlt(trial: Running) -> None:
    trial.event("P2", BEGAN, recorded="2026-03-20T10:00")
    trial.verdict("P2", "dlt")


def dlt_as_if_it_had_been_seen(trial: Running) -> None:
    trial.event("P2", BEGAN, recorded="2026-02-16T10:00")
    trial.enter(
        "dlt_adjudications",
        MEMBER,
        subject="P2",
        event="1",
        adjudication="1",
        verdict="dlt",
        adjudicated="2026-02-20T10:00",
    )


def changed_since_its_verdict(trial: Running) -> None:
    trial.event("P2", BEGAN, grade="2")
    trial.verdict("P2", "not_dlt")
    trial.change("adverse_events", "P2/1", grade="4")


def got_worse_since_its_verdict(trial: Running) -> None:
    trial.event("P2", BEGAN, grade="2")
    trial.verdict("P2", "not_dlt")
    trial.enter("grade_changes", subject="P2", event="1", change="1", changed="2026-02-16", grade="4")


def feared(trial: Running) -> None:
    dosed_two(trial)
    trial.event("P4", "2026-03-22")
    trial.event("P5", "2026-03-29")


def level_left(trial: Running) -> None:
    feared(trial)
    trial.verdict("P4", "dlt")
    trial.verdict("P5", "dlt")


def rule_stopped(trial: Running) -> None:
    for name, began in (("P1", "2026-02-10"), ("P2", BEGAN)):
        trial.event(name, began, recorded="2026-03-20T10:00")
        trial.verdict(name, "dlt")


def cannot_be_so(trial: Running) -> None:
    trial.event("P2", "2027-02-15")


def cannot_be_used(trial: Running) -> None:
    trial.enter("adverse_events", subject="P2", number="7", start=BEGAN, grade="4")


def dosing_entered_late(trial: Running) -> None:
    trial.record_given("P6", "2026-03-10T10:00", "found in the ward's book", cohort="C1", batch="B1")


def dosing_removed(trial: Running) -> None:
    with trial.work(NURSE) as work:
        work.append(Draft("remove", "dosings", "P3/1", reason="another trial's"), "record_dosing")


def decided_to_stop(trial: Running) -> None:
    trial.decide("stop", reason="a case in another trial")


def dosed_two(trial: Running) -> None:
    trial.dose("P4", "2026-03-21T10:00", "10")
    trial.dose("P5", "2026-03-28T10:00", "10")
    trial.at("2026-04-04T10:00")


KINDS: dict[str, tuple[Step, str]] = {
    "departure": (departed, "above the tolerance. Reason given: the syringe was overfilled; dosing is halted"),
    "possible DLT": (possible_dlt, "P2: seizure of grade 3 (event 1) waits for adjudication"),
    "late DLT": (late_dlt, "since the decision P2 has turned out to have had a DLT; people decide again"),
    "DLT dated before": (dlt_as_if_it_had_been_seen, "decision 1 is stale: P2 was without a DLT and is now with a DLT"),
    "changed": (changed_since_its_verdict, "P2: seizure (event 1) was changed after its verdict: "),
    "worse": (
        got_worse_since_its_verdict,
        "P2: seizure (event 1) got worse than it was when it was judged, to grade 4",
    ),
    "feared": (feared, "if each is a DLT, the rule leaves the level of cohort C2"),
    "level left": (level_left, "whatever the rest of cohort C2 shows, the rule leaves its level"),
    "rule stopped": (rule_stopped, "the rule has stopped: "),
    "impossible": (cannot_be_so, "adverse event 1 of P2 is dated later than now"),
    "unusable": (cannot_be_used, "adverse event 7 of P2 cannot be used"),
    "late dosing": (dosing_entered_late, "decision 1 is stale: P6 was not known to be dosed"),
    "dosing removed": (dosing_removed, "P3 was without a DLT (level 1, cohort C1) and is no longer recorded as dosed"),
    "decided to stop": (decided_to_stop, "decision 2, taken later, is to stop"),
}
"""What is done in a trial of which P4 to P6 may be dosed, one after the other, and what must be told of it."""

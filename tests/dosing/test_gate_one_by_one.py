"""One thing amiss at a time gives one reason, in words. Truth is worked out by hand."""

from __future__ import annotations

import pytest

from firstdose.records import (
    AdverseEvent,
    Batch,
    BatchTest,
    Cohort,
    CriterionAnswer,
    Death,
    Disposition,
    DoseDecision,
    Slot,
    Subject,
)
from tests.dosing.gate_cases import C2, DECISION, Change, gate, is_p4
from tests.dosing.trial import day, time

ONE_REASON: dict[str, tuple[Change, str, str]] = {
    "no consent": (
        lambda t: t.changed(Subject, is_p4, consent=None),
        "subjects.consent",
        "consent is not recorded",
    ),
    "consent later": (
        lambda t: t.changed(Subject, is_p4, consent=time("2026-03-21T10:01")),
        "subjects.consent",
        "consent is dated later, 2026-03-21T10:01",
    ),
    "consent today, no time": (
        lambda t: t.changed(Subject, is_p4, consent=time("2026-03-21")),
        "subjects.consent",
        "consent is known only as 2026-03-21, which leaves open whether it was before now",
    ),
    "consent this month": (
        lambda t: t.changed(Subject, is_p4, consent=time("2026-03")),
        "subjects.consent",
        "consent is known only as 2026-03, which leaves open whether it was before now",
    ),
    "not confirmed": (
        lambda t: t.changed(Subject, is_p4, eligibility_confirmed=None),
        "subjects.eligibility_confirmed",
        "the investigator's confirmation of eligibility is not recorded",
    ),
    "confirmed by nobody": (
        lambda t: t.changed(Subject, is_p4, eligibility_confirmed_by=" "),
        "subjects.eligibility_confirmed",
        "who confirmed eligibility is not recorded",
    ),
    "not answered": (
        lambda t: t.without(lambda r: isinstance(r, CriterionAnswer) and is_p4(r) and r.criterion == "E1"),
        "population.criteria[2]",
        "criterion E1 is not answered",
    ),
    "answered later": (
        lambda t: t.changed(
            CriterionAnswer, lambda r: is_p4(r) and r.criterion == "E1", answered=time("2026-03-21T10:01")
        ),
        "population.criteria[2]",
        "criterion E1 was answered later, 21 March 2026, 10:01 (Europe/Rome)",
    ),
    "answered on a later day": (
        lambda t: t.changed(CriterionAnswer, lambda r: is_p4(r) and r.criterion == "E1", answered=time("2026-03-22")),
        "population.criteria[2]",
        "criterion E1 was answered later, 2026-03-22",
    ),
    "not met": (
        lambda t: t.changed(CriterionAnswer, lambda r: is_p4(r) and r.criterion == "I1", answer="no"),
        "population.criteria[1]",
        "inclusion criterion I1 is answered no",
    ),
    "excluded": (
        lambda t: t.changed(CriterionAnswer, lambda r: is_p4(r) and r.criterion == "E1", answer="yes"),
        "population.criteria[2]",
        "exclusion criterion E1 is answered yes",
    ),
    "unknown": (
        lambda t: t.changed(CriterionAnswer, lambda r: is_p4(r) and r.criterion == "E1", answer="unknown"),
        "population.criteria[2]",
        "exclusion criterion E1 is answered unknown",
    ),
    "inclusion not applicable": (
        lambda t: t.changed(CriterionAnswer, lambda r: is_p4(r) and r.criterion == "I1", answer="not_applicable"),
        "population.criteria[1]",
        "inclusion criterion I1 is answered not applicable",
    ),
    "answered after the confirmation": (
        lambda t: t.changed(
            CriterionAnswer, lambda r: is_p4(r) and r.criterion == "I1", answered=time("2026-01-20T13:00")
        ),
        "population.criteria[1]",
        "criterion I1 was answered after eligibility was confirmed",
    ),
    "two records of the person": (
        lambda t: t.plus(Subject(subject="P4")),
        "subjects",
        "there are several records of the subject P4",
    ),
    "dosed under an earlier identifier": (
        lambda t: t.changed(Subject, is_p4, earlier_subject="P1"),
        "product.administrations",
        "dosed already as P1: 1 of 1",
    ),
    "withdrawn": (
        lambda t: t.plus(
            Disposition(subject="P4", number=1, event="withdrawal by subject", occurred=time("2026-03-01"))
        ),
        "dispositions",
        "withdrawal by subject",
    ),
    "perhaps withdrawn": (
        lambda t: t.plus(Disposition(subject="P4", number=1, event="moved away")),
        "dispositions",
        "the part in the trial may have ended: moved away",
    ),
    "dead": (lambda t: t.plus(Death(subject="P4")), "deaths", "died"),
    "died of an event": (
        lambda t: t.plus(AdverseEvent(subject="P4", number=1, term="sepsis", outcome="fatal")),
        "deaths",
        "died of sepsis",
    ),
    "slot reserved": (
        lambda t: t.changed(Slot, is_p4, state="reserved"),
        "slots",
        "the slot is reserved, not assigned",
    ),
    "slot released": (
        lambda t: t.changed(Slot, is_p4, state="released"),
        "slots",
        "holds no slot: slot 1 of cohort C2 was released",
    ),
    "slot assigned later": (
        lambda t: t.changed(Slot, is_p4, assigned=time("2026-03-21T09:00:30+00:00")),
        "slots",
        "holds no slot: slot 1 of cohort C2 was assigned later, 21 March 2026, 10:00:30 (Europe/Rome)",
    ),
    "slot said to be dosed": (
        lambda t: t.changed(Slot, is_p4, state="dosed"),
        "slots",
        "the slot is marked as dosed, but no dosing is recorded",
    ),
    "slot of two people": (
        lambda t: t.changed(Slot, lambda slot: slot.subject == "P5", slot=1),
        "slots",
        "the slot is also held by P5",
    ),
    "cohort closed": (
        lambda t: t.changed(Cohort, lambda c: c.cohort == "C2", closed=time("2026-03-21T09:00")),
        "cohorts",
        "cohort C2 was closed, 2026-03-21T09:00",
    ),
    "cohort perhaps closed": (
        lambda t: t.changed(Cohort, lambda c: c.cohort == "C2", closed=time("2026-03")),
        "cohorts",
        "cohort C2 may have been closed, 2026-03",
    ),
    "cohort opened later": (
        lambda t: t.changed(Cohort, lambda c: c.cohort == "C2", opened=time("2026-03-21")),
        "cohorts",
        "the opening of cohort C2 is known only as 2026-03-21, which leaves open whether it was before now",
    ),
    "cohort in another unit": (
        lambda t: t.changed(Cohort, lambda c: c.cohort == "C2", dose=10.0, dose_unit="million cells/kg"),
        "dose_levels.unit",
        "cohort C2 is in million cells/kg, not million cells",
    ),
    "cohort with another dose": (
        lambda t: t.changed(Cohort, lambda c: c.cohort == "C2", dose=16.0),
        "dose_levels",
        "cohort C2 has the dose 16, its level has 10 million cells",
    ),
    "decision not named": (
        lambda t: t.changed(Cohort, lambda c: c.cohort == "C2", decision=None).without(
            lambda r: isinstance(r, DoseDecision)
        ),
        DECISION,
        "cohort C2 does not name the decision that opened it",
    ),
    "decision not recorded": (
        lambda t: t.without(lambda r: isinstance(r, DoseDecision)),
        DECISION,
        "decision 1, which opened cohort C2, is not recorded by now",
    ),
    "decided for another level": (
        lambda t: t.changed(DoseDecision, lambda d: True, next_level=1, reason="caution"),
        DECISION,
        "decision 1 is for level 1, cohort C2 has level 2",
    ),
    "decided to wait": (
        lambda t: t.changed(DoseDecision, lambda d: True, action="wait", reason="caution"),
        DECISION,
        "decision 1 is to wait",
    ),
    "without quorum": (
        lambda t: t.changed(DoseDecision, lambda d: True, members="A. Alpha;  a.  ALPHA ;"),
        "escalation.committee_review.quorum",
        "1 members took part in decision 1, of 2 needed",
    ),
    "against the rule without a reason": (
        lambda t: t.changed(DoseDecision, lambda d: True, recommended_next_level=1, reason="  "),
        DECISION,
        "decision 1 departs from the rule (dose level 1), and no reason is recorded",
    ),
    "overtaken by a decision to stop": (
        lambda t: t.decision(2, None, "2026-03-20T17:00", action="stop"),
        DECISION,
        "decision 2, taken later, is to stop: release the slots of P4, P5 and P6, close cohort C2",
    ),
    "overtaken by a decision for a lower level": (
        lambda t: t.decision(2, 1, "2026-03-20T17:00"),
        DECISION,
        "decision 2, taken later, is to dose level 1: release the slots of P4, P5 and P6, close cohort C2, "
        "then open a cohort by decision 2",
    ),
    "batch in quarantine": (
        lambda t: t.changed(Batch, lambda b: True, state="quarantine"),
        "batches.released",
        "batch B1 is quarantine",
    ),
    "batch out of specification": (
        lambda t: t.changed(Batch, lambda b: True, state="released_out_of_specification"),
        "batches.released",
        "batch B1 is released out of specification",
    ),
    "batch released later": (
        lambda t: t.changed(Batch, lambda b: True, released=time("2026-03-22")),
        "batches.released",
        "the release of batch B1 is dated later, 2026-03-22",
    ),
    "batch expired": (
        lambda t: t.changed(Batch, lambda b: True, expires=day("2026-03-20")),
        "batches.expires",
        "batch B1 expired on 20 March 2026",
    ),
    "batch expiring this month": (
        lambda t: t.changed(Batch, lambda b: True, expires=day("2026-03")),
        "batches.expires",
        "batch B1 expires at a date known only as March 2026, which may have passed",
    ),
    "batch without expiry": (
        lambda t: t.changed(Batch, lambda b: True, expires=None),
        "batches.expires",
        "batch B1 has no expiry recorded",
    ),
    "test missing": (
        lambda t: t.without(lambda r: isinstance(r, BatchTest) and r.test == "sterility"),
        "product.release_criteria[2]",
        "batch B1: Sterility was not tested",
    ),
    "test too low": (
        lambda t: t.changed(BatchTest, lambda b: b.test == "viability", result=69.9),
        "product.release_criteria[1]",
        "batch B1: Viable cells is 69.9, below 70",
    ),
    "test without a number": (
        lambda t: t.changed(BatchTest, lambda b: b.test == "viability", result=None),
        "product.release_criteria[1]",
        "batch B1: Viable cells has no result as a number",
    ),
    "test is no number": (
        lambda t: t.changed(BatchTest, lambda b: b.test == "viability", result=float("nan")),
        "product.release_criteria[1]",
        "batch B1: Viable cells is nan, below 70",
    ),
    "test in another unit": (
        lambda t: t.changed(BatchTest, lambda b: b.test == "viability", unit="million"),
        "product.release_criteria[1]",
        "batch B1: Viable cells is in million, not in %",
    ),
    "test failed": (
        lambda t: t.changed(BatchTest, lambda b: b.test == "viability", passed=False),
        "product.release_criteria[1]",
        "batch B1: Viable cells did not pass",
    ),
    "growth": (
        lambda t: t.changed(BatchTest, lambda b: b.test == "sterility", result_text="growth"),
        "product.release_criteria[2]",
        "batch B1: Sterility is 'growth', not 'no growth'",
    ),
    "no batch": (
        lambda t: t.without(lambda r: isinstance(r, Batch)),
        "batches",
        "no batch of the product is recorded",
    ),
}


@pytest.mark.parametrize("name", ONE_REASON)
def test_one_thing_amiss_gives_one_reason(name: str) -> None:
    change, rule, words = ONE_REASON[name]
    (reason,) = gate(change(C2)).reasons
    assert (reason.rule, reason.words) == (rule, words)
    assert bool(reason.criterion) == rule.startswith("population.criteria"), "a reason says which criterion it is about"
    assert not reason.criterion or f"criterion {reason.criterion} " in words

"""What the protocol asks for before a dosing and nobody recorded is listed, and goes on with a reason or not at all."""

from __future__ import annotations

import json

import pytest

from firstdose.conduct.by_hand import refuse_by_hand
from firstdose.conduct.catalogue import ConfirmedWithout
from firstdose.conduct.confirmation import MEANING, confirmation_of
from firstdose.conduct.confirmed_without import told_of_everybody
from firstdose.conduct.eligibility import confirm_eligibility, lacking_now
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.ledger.entry import Action
from firstdose.conduct.own_records import all_of
from firstdose.conduct.rules import keep_records_of_conduct
from firstdose.conduct.slots import assign_slot
from tests.conduct.running import BOTH_KINDS, WITHOUT, Running
from tests.conduct.workplace import INVESTIGATOR, NURSE
from tests.dosing.trial import protocol

CRITERIA = """
    - {id: I2, kind: inclusion, text: EDSS, expression: 6.5 <= edss <= 8}
    - {id: I3, kind: inclusion, text: progression, expression: edss >= 6 and edss_change_over_2_years >= 0.5}
    - {id: I4, kind: inclusion, text: from 18 to 60 years, expression: 18 <= age_years <= 60}
    - {id: I5, kind: inclusion, text: no alternative, expression: not alternative_available}
"""
SCHEDULE = """
schedule:
  activities:
    - {id: edss, name: Disability scale, measure: edss}
    - {id: walk, name: Timed walk, measure: timed_walk}
    - {id: adverse_events, name: Adverse events}
  visits:
    - {id: R3, name: Run-in, day: -91, window: [0, 14], activities: [edss]}
    - {id: M0, name: Baseline, day: -1, window: [6, 0], activities: [edss, walk]}
    - {id: D0, name: Dosing, day: 0, activities: [adverse_events]}
    - {id: M1, name: Month 1, day: 30, activities: [edss, walk]}
"""
NO_EDSS = "the EDSS since consent: not recorded, so that I2 and I3 cannot be checked"
NO_CHANGE = "the EDSS since consent or that of two years before: not recorded, so that I3 cannot be checked"
NO_AGE = "the age on the day of consent: not recorded, so that I4 cannot be checked"
NO_RUN_IN, NO_BASELINE = "Run-in (R3): nothing is recorded", "Baseline (M0): nothing is recorded"
NOT_WALKED = "Timed walk: not assessed, asked for at Baseline (M0)"
ALL = [NO_EDSS, NO_CHANGE, NO_AGE, NO_RUN_IN, NO_BASELINE]
AGAINST = "not recorded, and no reason was given for it when eligibility was confirmed: "


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that a trial is run on."""
    return str(request.param)


@pytest.fixture
def held(running: Running) -> Running:
    """P1 has answered everything and holds a slot; of values and visits nothing is recorded."""
    running.protocol = protocol(lambda text: text.rstrip() + CRITERIA + SCHEDULE)
    running.at("2026-05-06T10:00").open()
    running.person("P1")
    for criterion in ("I2", "I3", "I4", "I5"):
        running.enter("criterion_answers", subject="P1", criterion=criterion, answer="yes")
    running.reserve("P1", "C1")
    return running


def record_everything(running: Running) -> None:
    running.change("subjects", "P1", birth="1980-02-03")
    running.enter("disease_histories", subject="P1", diagnosis="MS", edss_2_years_before="5.5")
    running.enter("visits", subject="P1", visit="R3", state="done", start="2026-02-03")
    running.enter("visits", subject="P1", visit="M0", state="done", start="2026-05-05")
    assessed(running, "1", "edss", "step", "6.5", "R3", "2026-02-03")
    assessed(running, "2", "timed_walk", "seconds", "20", "M0", "2026-05-05")


def assessed(running: Running, number: str, measure: str, item: str, answer: str, visit: str, day: str) -> None:
    known = {"measure": measure, "item": item, "answer": answer, "visit": visit, "assessed": day}
    running.enter("assessments", subject="P1", number=number, **known)


def missing(running: Running) -> list[str]:
    with running.work(NURSE) as work:
        return [each.words for each in lacking_now(work, "P1").missing]


def kept(running: Running) -> list[ConfirmedWithout]:
    return list(all_of(running.ledger, ConfirmedWithout))


def lacking_reasons(running: Running) -> list[str]:
    return [each for each in running.words("P1") if each.startswith(AGAINST)]


def assign(running: Running) -> None:
    with running.work(NURSE) as work:
        assign_slot(work, "P1")


def remove(running: Running, record_type: str, name: str, action: Action = "remove") -> None:
    with running.work(NURSE) as work:
        work.append(Draft(action, record_type, name, reason="entered for another person"))


def test_everything_that_is_asked_for_before_the_dosing_is_named(held: Running) -> None:
    """D0 and M1 are not before it; of I5 no form asks for anything."""
    assert missing(held) == ALL
    (note,) = [each for each in held.gate("P1").notes if "not recorded" in each]
    assert note == f"asked for before the dosing, and not recorded: {'; '.join(ALL)}"
    assert lacking_reasons(held) == [], "that nothing is confirmed is said already"


def test_what_is_recorded_is_asked_for_no_more(held: Running) -> None:
    record_everything(held)
    assert missing(held) == []
    held.eligible("P1", reason="")
    assign(held)
    found = held.gate("P1")
    assert found.allowed, found.reasons
    assert not [each for each in found.notes if "recorded before" in each or "asked for" in each]
    assert kept(held) == []


@pytest.mark.parametrize(
    ("birth", "left"), [("1980", []), ("1965", ["age 60 or 61: not known exactly, so that I4 cannot be checked"])]
)
def test_a_value_that_is_known_in_part_is_named_where_it_leaves_a_criterion_open(
    held: Running, birth: str, left: list[str]
) -> None:
    held.change("subjects", "P1", birth=birth)
    assert missing(held) == [NO_EDSS, NO_CHANGE, *left, NO_RUN_IN, NO_BASELINE]


def test_a_missed_visit_is_none_and_an_assessment_at_one_is_something(held: Running) -> None:
    record_everything(held)
    held.change("visits", "P1/M0", state="missed", start="")
    assert missing(held) == ["Baseline (M0): recorded as missed"]
    remove(held, "visits", "P1/M0")
    assert missing(held) == [], "the timed walk is recorded at it"
    held.change("assessments", "P1/2", performed="not_done", answer="")
    assert missing(held) == [NO_BASELINE]
    remove(held, "visits", "P1/M0", "restore")
    held.change("visits", "P1/M0", state="partly_done")
    assert missing(held) == [NOT_WALKED]


@pytest.mark.parametrize("reason", ["", "   ", "---", "xxx"])
def test_it_is_not_signed_without_a_reason_and_the_refusal_names_all(held: Running, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        held.eligible("P1", reason=reason)
    assert "; ".join(ALL) in str(refused.value)
    assert confirmation_of(held.ledger, "P1").state == "none"
    assert kept(held) == []


def test_the_reason_is_kept_with_the_signature_and_stands_at_the_gate(held: Running) -> None:
    held.eligible("P1", reason=f" {WITHOUT} ")
    assign(held)
    (given,) = kept(held)
    assert (given.subject, given.signature, given.reason) == (
        "P1",
        confirmation_of(held.ledger, "P1").signature,
        WITHOUT,
    )
    assert [each["words"] for each in json.loads(given.not_recorded)] == ALL
    (entry,) = held.ledger.history("confirmed_without", f"P1/{given.signature}")
    assert (entry.account, entry.role) == ("carlo", "investigator")
    found = held.gate("P1")
    assert found.allowed, found.reasons
    assert f"not recorded before the dosing: {'; '.join(ALL)}; reason given" in found.notes[0]
    assert found.notes[0].endswith(WITHOUT)
    held.prepare("P1")


def test_what_was_not_shown_is_not_signed_away(held: Running) -> None:
    """The baseline was removed while the investigator read the page."""
    purpose = held.purpose("subjects", "P1", MEANING)
    shown = ["value edss", "value edss_change_over_2_years", "value age_years", "visit R3"]
    words = r"also not recorded, and not shown to you yet: Baseline \(M0\)"
    with pytest.raises(Refused, match=words), held.work(INVESTIGATOR) as work:
        confirm_eligibility(work, "P1", held.proof(INVESTIGATOR, purpose), purpose.head, WITHOUT, shown)
    assert confirmation_of(held.ledger, "P1").state == "none"


def test_what_was_taken_away_since_holds_dosing_back_until_it_is_confirmed_again(held: Running) -> None:
    record_everything(held)
    held.eligible("P1")
    assign(held)
    held.later(minutes=5)
    remove(held, "visits", "P1/M0")
    remove(held, "assessments", "P1/2")
    (words,) = lacking_reasons(held)
    assert NO_BASELINE in words
    assert "have eligibility confirmed again, with a reason" in words
    with pytest.raises(Refused, match="may not be dosed now"):
        held.prepare("P1")
    with pytest.raises(Refused, match="without a reason"):
        held.eligible("P1", reason="")
    held.eligible("P1", reason=WITHOUT)
    assert held.gate("P1").allowed
    (given,) = kept(held)
    assert [each["key"] for each in json.loads(given.not_recorded)] == ["visit M0"]


def test_a_reason_is_for_what_was_lacking_then_and_nothing_else(held: Running) -> None:
    record_everything(held)
    remove(held, "visits", "P1/R3")
    remove(held, "assessments", "P1/1")
    assessed(held, "3", "edss", "step", "6.5", "M0", "2026-05-05")
    assert missing(held) == [NO_RUN_IN]
    held.eligible("P1")
    assign(held)
    assert held.gate("P1").allowed
    remove(held, "assessments", "P1/2")
    (words,) = lacking_reasons(held)
    assert NOT_WALKED in words
    assert NO_RUN_IN not in words, "for this a reason was given"


def test_who_was_signed_before_this_was_asked_may_not_be_dosed(held: Running) -> None:
    """As by an earlier version of the program, which asked for no reason."""
    asks, held.protocol = held.protocol, protocol()
    held.eligible("P1")
    assign(held)
    assert held.gate("P1").allowed
    held.protocol = asks
    (words,) = lacking_reasons(held)
    assert "; ".join(ALL) in words


def test_the_reason_falls_with_the_signature(held: Running) -> None:
    held.eligible("P1")
    assign(held)
    held.later(hours=1)
    held.change("subjects", "P1", country="Italy")
    assert not held.gate("P1").allowed
    assert any(each.startswith("asked for before the dosing") for each in held.gate("P1").notes)
    with pytest.raises(Refused, match="without a reason"):
        held.eligible("P1", reason="")
    held.eligible("P1", reason="seen again, as before")
    assert held.gate("P1").notes[0].endswith("seen again, as before")
    assert len(kept(held)) == 2


def test_what_was_done_after_the_dosing_was_not_done_before_it(held: Running) -> None:
    """Dosed on the 6th without a gate; the baseline of the 7th is none."""
    record_everything(held)
    held.eligible("P1")
    assign(held)
    held.change("visits", "P1/M0", start="2026-05-07")
    held.change("assessments", "P1/2", assessed="2026-05-07")
    held.at("2026-05-08T09:00")
    assert held.gate("P1").allowed, "on the 8th it was done"
    with pytest.raises(Refused) as refused:
        held.record_given("P1", "2026-05-06T12:00", batch="B1")
    assert f"{AGAINST}{NO_BASELINE}" in str(refused.value)


def test_of_who_was_dosed_nothing_is_asked_any_more(held: Running) -> None:
    held.eligible("P1")
    assign(held)
    held.prepare("P1")
    held.record_given("P1", "2026-05-06T10:00")
    assert missing(held) == []
    assert lacking_reasons(held) == []
    assert not [each for each in held.gate("P1").notes if "not recorded before" in each]


def test_the_committee_is_told_of_who_went_on_without_until_that_is_settled(held: Running) -> None:
    assert told_of_everybody(held.ledger) == ""
    held.eligible("P1")
    told = told_of_everybody(held.ledger)
    assert told.startswith("Eligibility was confirmed without all that the protocol asks for before a dosing, with a")
    assert "P1 (the EDSS since consent: not recorded" in told
    assert told.endswith(f"…; reason: {WITHOUT}).")
    record_everything(held)
    held.eligible("P1", reason="")
    assert told_of_everybody(held.ledger) == "", "all of it is recorded by the confirmation in force"


def test_in_the_pack_the_reason_of_one_person_stands_in_short(held: Running) -> None:
    record_everything(held)
    remove(held, "visits", "P1/R3")
    remove(held, "assessments", "P1/1")
    assessed(held, "3", "edss", "step", "6.5", "M0", "2026-05-05")
    held.eligible("P1", reason="screened at another hospital")
    told = told_of_everybody(held.ledger)
    assert told.endswith(f"with a reason: P1 ({NO_RUN_IN}; reason: screened at another hospital).")


def test_the_reason_is_never_written_by_hand_nor_removed(held: Running) -> None:
    held.eligible("P1")
    name = f"P1/{kept(held)[0].signature}"
    held.rules = (refuse_by_hand,)
    with pytest.raises(Refused, match="confirm eligibility again"):
        held.change("confirmed_without", name, INVESTIGATOR, not_recorded="[]")
    held.rules = (keep_records_of_conduct,)
    with pytest.raises(Refused, match="part of the trial's history"), held.work(INVESTIGATOR) as work:
        work.append(Draft("remove", "confirmed_without", name, reason="for a test"))

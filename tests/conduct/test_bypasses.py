"""Ways past a check by an unusual order of steps: each is refused, or leaves a deviation that halts dosing."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.conduct.administering import cancel_dosing, correct_dosing, prepare_dosing
from firstdose.conduct.cohorts import reopen_cohort
from firstdose.conduct.deciding import prepare_decision
from firstdose.conduct.desk import Desk
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.recommending import freeze
from firstdose.conduct.rules import RULES
from firstdose.conduct.slots import release_slot
from firstdose.conduct.waiting import join_waiting_list, leave_waiting_list
from firstdose.dosing import amended
from firstdose.protocol import Protocol
from firstdose.records import Deviation, GradeChange, Slot
from tests.conduct.running import Running
from tests.conduct.workplace import DATA_MANAGER, NURSE, STATISTICIAN
from tests.dosing.trial import protocol

OTHER_DOSES = "[5, 16, 20, 24]"


def version(name: str, doses: str = "[5, 10, 16, 24]") -> Protocol:
    """A version of the small protocol, level 2 of which may have another dose."""
    named = f'title: A trial, version: "{name}"'
    return protocol(lambda text: text.replace("title: A trial", named).replace("[5, 10, 16, 24]", doses))


def test_a_prepared_dosing_is_recorded_and_not_corrected_into_one_that_took_place(ready: Running) -> None:
    """Four times the dose, given in part, would have passed without a deviation."""
    ready.prepare("P4")
    new = {"procedure_start": "2026-03-21T09:59", "given": "partial", "dose_given": "40"}
    with pytest.raises(Refused, match="is prepared, not recorded"), ready.work(NURSE) as work:
        correct_dosing(work, "P4", 1, new, {}, "typed into the wrong form")
    assert "given" not in ready.record("dosings", "P4/1").fields
    with ready.work(NURSE) as work:
        correct_dosing(work, "P4", 1, {"site": "left side"}, {}, "known only now")
    assert ready.record("dosings", "P4/1").fields["site"] == "left side"


def test_no_correction_moves_a_dosing_into_the_future(one_cohort: Running) -> None:
    """There it would not be known yet: the person would not count as dosed, and nothing would halt."""
    seen = {"procedure_start": one_cohort.record("dosings", "P2/1").fields["procedure_start"]}
    with pytest.raises(Refused, match="later than now"), one_cohort.work(NURSE) as work:
        correct_dosing(work, "P2", 1, {"procedure_start": "2027-02-09T10:00"}, seen, "misread")
    assert one_cohort.history == "1???"


def test_a_dosing_corrected_to_another_cohort_takes_its_slot_there(ready: Running) -> None:
    """Else the cohort in which nobody was dosed would lack a slot for ever."""
    ready.dose("P4", "2026-03-21T10:00", "10")
    with ready.work(NURSE) as work:
        correct_dosing(work, "P4", 1, {"cohort": "C1"}, {"cohort": "C2"}, "of the first cohort")
    held = {(each.cohort, each.state) for each in ready.all(Slot) if each.subject == "P4"}
    assert held == {("C2", "released"), ("C1", "dosed")}
    assert [each.state for each in ready.all(Slot) if each.cohort == "C2"].count("open") == 1
    assert len(ready.all(Deviation)) == 1


def test_a_halt_stands_whatever_its_date_says(ready: Running) -> None:
    words = {"description": "a dosing departed", "category": "dosing against the rules", "occurred": "2027-01-01"}
    ready.enter("deviations", NURSE, subject="P2", number="1", **words)
    assert any("dosing is halted until people decide" in each for each in ready.words("P4"))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"dose_given": "24", "dose_assigned": "24", "level_assigned": "4"}, "given 24 million cells of 10 assigned"),
        ({"dose_given": "24", "dose_assigned": "24"}, "24 recorded as the dose assigned, which was 10"),
        ({"dose_given": "10", "level_assigned": "4"}, "recorded for level 4, level 2 was assigned"),
        ({"dose_given": "10", "level_assigned": "1"}, "recorded for level 1, level 2 was assigned"),
    ],
)
@pytest.mark.parametrize("is_prepared", [True, False])
def test_what_was_assigned_is_not_what_is_typed(
    ready: Running, facts: dict[str, Any], said: str, is_prepared: bool
) -> None:
    """The level and the dose are those of the cohort, level 2 of 10, whoever types another with the dosing."""
    if is_prepared:
        ready.prepare("P4")
    with pytest.raises(Refused, match=said):
        ready.record_given("P4", "2026-03-21T10:00", batch="B1", **facts)
    assert said in "\n".join(ready.record_given("P4", "2026-03-21T10:00", "as it was", batch="B1", **facts))
    (halting,) = ready.all(Deviation)
    assert said in halting.description


def test_a_dosing_that_is_recorded_late_tells_who_was_dosed_too_soon_after_it(ready: Running) -> None:
    """P5 was dosed half an hour before P4, and recorded a week later: 7 days must lie between two participants."""
    ready.dose("P4", "2026-03-21T10:00", "10")
    ready.at("2026-03-28T10:00").prepare("P5")
    said = "P4 was dosed 0 days after it, which was not recorded then: 7 days must lie between two participants"
    with pytest.raises(Refused, match=said):
        ready.record_given("P5", "2026-03-21T09:30", dose_given="10")
    assert ready.record_given("P5", "2026-03-28T10:00", dose_given="10") == ()


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("adverse_events", {"grade": "4", "start": "2026-02-15"}, "event in the investigator's words is not filled in"),
        ("dispositions", {"occurred": "2026-02-15"}, "is not filled in"),
    ],
)
def test_a_record_that_cannot_be_used_holds_dosing_until_it_is_mended(
    ready: Running, kind: str, fields: dict[str, str], said: str
) -> None:
    """It is not among the data, so that what it may be would be seen by nobody who looks at them."""
    ready.enter(kind, NURSE, subject="S9", number="1", **fields)
    ready.person("S9")
    assert ready.words("P4") == [], "of somebody who is only screened it bears upon nobody"
    ready.enter(kind, NURSE, subject="P2", number="1", **fields)
    (words,) = ready.words("P4")
    assert words.startswith(
        f"{'adverse event' if kind == 'adverse_events' else 'milestone or end'} 1 of P2 cannot be used"
    )
    assert said in words
    with pytest.raises(Refused, match="cannot be used"):
        ready.prepare("P4")
    with ready.work(NURSE) as work:
        work.append(Draft("remove", kind, "P2/1", reason="another person's"))
    assert ready.words("P4") == []


def test_a_cohort_without_a_name_takes_one_that_is_free(ready: Running) -> None:
    ready.enter("cohorts", STATISTICIAN, cohort="C4", dose_level="1", kind="expansion", opened="2026-01-02T08:00")
    for name in ("P4", "P5", "P6"):
        with ready.work(NURSE) as work:
            release_slot(work, name, "chose another trial")
    ready.close("C2", "nobody is left")
    ready.decide("dose", 2)
    assert ready.open(decision=2) == "C5"


def test_a_dosing_that_departs_in_nothing_needs_no_preparation(ready: Running) -> None:
    assert ready.record_given("P4", "2026-03-21T10:00", batch="B1", dose_given="10") == ()
    assert ready.all(Deviation) == []


def test_an_event_that_gets_worse_after_its_verdict_is_judged_again(ready: Running) -> None:
    ready.event("P2", "2026-02-15", grade="2")
    ready.verdict("P2", "not_dlt")
    ready.enter("grade_changes", NURSE, subject="P2", event="1", change="1", grade="2", changed="2026-02-15")
    assert ready.words("P4") == []
    ready.enter("grade_changes", NURSE, subject="P2", event="1", change="2", grade="4", changed="2026-02-20")
    assert len(ready.all(GradeChange)) == 2
    (words,) = ready.words("P4")
    assert words.startswith("P2: seizure (event 1) got worse than it was when it was judged, to grade 4")
    ready.change("adverse_events", "P2/1", grade="4")
    (words,) = ready.words("P4")
    assert "was changed after its verdict" in words
    ready.verdict("P2", "not_dlt", "a seizure of another cause")
    assert ready.words("P4") == []


def test_a_recommendation_of_the_version_before_is_not_kept_as_one_of_the_version_in_force(
    one_cohort: Running,
) -> None:
    one_cohort.at("2026-03-19T15:00").close("C1")
    one_cohort.protocol = version("1.0")
    frozen = freeze(one_cohort.ledger, one_cohort.protocol, one_cohort.now)
    one_cohort.protocol = version("2.0", OTHER_DOSES)
    with pytest.raises(Refused, match="the protocol was amended since"), one_cohort.work(STATISTICIAN) as work:
        prepare_decision(work, frozen)
    one_cohort.prepare_decision()


@pytest.mark.parametrize("named", ["1.0", None])
@pytest.mark.parametrize(("doses", "is_opened"), [(OTHER_DOSES, False), ("[5, 10, 18, 24]", True), ("[5]", False)])
def test_a_decision_opens_no_cohort_at_another_dose_than_was_decided(
    one_cohort: Running, doses: str, is_opened: bool, named: str | None
) -> None:
    """Decided under version 1.0, by which level 2 is 10; the amendment gives a level another dose, or takes it away.

    The file of the first version need not name it.
    """
    one_cohort.at("2026-03-19T15:00").close("C1")
    old, new = version(named) if named else protocol(), version("2.0", doses)
    one_cohort.protocol = amended(old, {"1.0": old})
    one_cohort.decide("dose", 2)
    one_cohort.protocol = amended(new, {"1.0": old, "2.0": new})
    one_cohort.at("2026-03-20T08:00")
    if is_opened:
        assert one_cohort.open(decision=1) == "C2"
        return
    with pytest.raises(
        Refused, match=r"decision 1 was taken under version 1(\.0)? of the protocol, by which level 2 is 10"
    ):
        one_cohort.open(decision=1)


def test_nobodys_open_window_is_shortened_by_another_version(one_cohort: Running) -> None:
    """Version 2.0 has a window of 14 days: at once P2, dosed 20 days ago, would count as without a DLT."""
    old, longer = version("1.0"), version("3.0")
    named = 'title: A trial, version: "2.0"'
    short = protocol(lambda text: text.replace("title: A trial", named).replace("window_days: 28", "window_days: 14"))
    trial = one_cohort.at("2026-03-01T10:00")
    for name in ("P1", "P2", "P3"):
        trial.change("subjects", name, protocol_version="1.0")
    for number, each in enumerate((old, short, longer)):
        held = {"content": "…", "content_hash": "…", "state": "approved", "approved": f"2026-02-2{number}T09:00"}
        trial.enter("protocol_versions", DATA_MANAGER, version=each.trial.version, **held)
    trial.rules, trial.protocol = RULES, amended(longer, {"1.0": old, "2.0": short, "3.0": longer})
    assert trial.history == "1???"
    with pytest.raises(
        Refused, match=r"P2 was dosed with a DLT window of 28 days, which is not over; version 2\.0 has one"
    ):
        trial.change("subjects", "P2", protocol_version="2.0", reason="a new consent was given")
    trial.change("subjects", "P2", protocol_version="3.0", reason="a new consent was given")
    trial.at("2026-03-19T10:00").change("subjects", "P2", protocol_version="2.0", reason="a new consent was given")
    assert trial.record("subjects", "P2").fields["protocol_version"] == "2.0"


def test_a_cohort_is_opened_again_though_lower_levels_were_backfilled_since(ready: Running) -> None:
    facts = {"dose_level": "1", "kind": "backfill", "opened": "2026-03-21T09:00", "closed": "2026-03-21T09:30"}
    ready.enter("cohorts", STATISTICIAN, cohort="B1", **facts)
    for name in ("P4", "P5", "P6"):
        with ready.work(NURSE) as work:
            release_slot(work, name, "chose another trial")
    ready.close("C2", "nobody is left")
    with ready.work(STATISTICIAN) as work:
        reopen_cohort(work, "C2", "somebody came after all")
    assert "closed" not in ready.record("cohorts", "C2").fields


def test_who_holds_a_slot_or_was_dosed_stays_recorded(ready: Running) -> None:
    ready.rules = RULES

    def remove(name: str) -> None:
        with ready.work(NURSE) as work:
            work.append(Draft("remove", "subjects", name, reason="entered twice"))

    with pytest.raises(Refused, match="participant P2 cannot be removed: slot 2 of cohort C1, dosing 1 of P2"):
        remove("P2")
    with pytest.raises(Refused, match="participant P4 cannot be removed: slot 1 of cohort C2"):
        remove("P4")
    with ready.work(NURSE) as work:
        prepare_dosing(work, "P4", "B1")
        cancel_dosing(work, "P4", "not today")
        release_slot(work, "P4", "entered twice")
        join_waiting_list(work, "P4")
    with pytest.raises(Refused, match="participant P4 cannot be removed: place 1 on the waiting list"):
        remove("P4")
    with ready.work(NURSE) as work:
        leave_waiting_list(work, "P4", "entered twice")
    remove("P4")
    assert ready.record("subjects", "P4").is_removed


def test_a_dosing_that_never_began_holds_no_slot_for_ever(ready: Running) -> None:
    """Nothing was given, nothing begun: the person is not dosed, and can be on another day, or give the slot back."""
    ready.prepare("P4")
    assert "no dose given" in ready.record_given("P4", "", "the pump broke", given="none", dose_given="0")
    assert len(ready.all(Deviation)) == 1, "it halts dosing all the same"
    assert ready.history == "1NNN"
    with ready.work(NURSE) as work:
        cancel_dosing(work, "P4", "not given")
        release_slot(work, "P4", "chose another trial")
    assert [each.state for each in ready.all(Slot) if each.cohort == "C2"] == [
        "released",
        "assigned",
        "assigned",
        "open",
    ]


def test_a_slot_marked_as_dosed_without_a_dosing_can_be_given_back(ready: Running) -> None:
    ready.dose("P4", "2026-03-21T10:00", "10")
    with pytest.raises(Refused, match="P4 was dosed"), ready.work(NURSE) as work:
        release_slot(work, "P4", "a mistake")
    seen = {name: ready.record("dosings", "P4/1").fields[name] for name in ("procedure_start", "given", "dose_given")}
    with ready.work(NURSE) as work:
        correct_dosing(work, "P4", 1, dict.fromkeys(seen, ""), seen, "it was another person")
        cancel_dosing(work, "P4", "it was another person")
        release_slot(work, "P4", "it was another person")
    assert len(ready.all(Deviation)) == 1, "people decide, knowing of it"


def test_nothing_is_written_under_a_version_that_was_amended_a_moment_ago(ready: Running) -> None:
    """The page was made while version 1.0 was in force; another person approves 2.0 before what it sends is written."""
    old, new = version("1.0"), version("2.0")
    for number, each in enumerate((old, new), start=1):
        held = {"content": "…", "content_hash": "…", "state": "approved", "approved": f"2026-03-2{number - 1}T09:00"}
        ready.enter("protocol_versions", DATA_MANAGER, version=each.trial.version, **held)
    outdated, newest = (Desk(ready.ledger, amended(each, {"1.0": old, "2.0": new}), RULES) for each in (old, new))
    said = r"version 2\.0 of the protocol came into force meanwhile"
    with pytest.raises(Refused, match=said), outdated.work(NURSE) as work:
        prepare_dosing(work, "P4", "B1")
    with newest.work(NURSE) as work:
        prepare_dosing(work, "P4", "B1")

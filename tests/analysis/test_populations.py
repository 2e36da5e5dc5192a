"""Participant flow and analysis sets, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from firstdose.analysis.frame import Frame
from firstdose.analysis.people.populations import populations
from firstdose.protocol.analysis_plan import AnalysisSet
from firstdose.records import Death, Slot, Subject
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import AnalysisNote
from firstdose.records.frames import frame_of
from firstdose.records.partial_date_text import read_partial_date_time
from tests.analysis.small_trials import PROTOCOL, Figures, frame, person

NEVER: dict[str, Any] = {"is_treated": False, "is_dlt_evaluable": None, "is_per_protocol": False}
PEOPLE = [
    person("P1", 1),
    person("P2", 1, left_because="withdrew", is_dlt_evaluable=False, is_per_protocol=False),
    person("P3", 1, left_because="death: infection", death_day=70),
    person("P4", 2, is_dlt_evaluable=None),
    person("P5", None, level_reason="7 million cells lie between the levels"),
    person("P6", None, left_because="withdrew consent", **NEVER),
    person("P7", None, is_enrolled=False, left_because="screen failure", **NEVER),
    person("P8", None, is_enrolled=False, **NEVER),
]
SLOTS = [
    Slot(cohort="C1", slot=1, subject="P1", state="dosed"),
    Slot(cohort="C1", slot=2, subject="P2", state="replaced", reason="left before day 28"),
    Slot(cohort="C1", slot=4, subject="P3", state="dosed", replaces="P2"),
]


def flow(records: list[Any] | None = None, **options: Any) -> Figures:
    return Figures(populations(frame(PEOPLE, records=SLOTS if records is None else records, **options)))


def test_the_flow_up_to_dosing() -> None:
    found = flow()

    def people(what: str, group: str = "all") -> float | None:
        return found.value(table="flow", what=what, group=group)

    assert (people("screened"), people("enrolled"), people("not enrolled")) == (8, 6, 2)
    assert people("enrolled, not dosed") == 1
    assert (people("dosed"), people("dosed", "1"), people("dosed", "2")) == (5, 3, 1)
    assert found.one(table="enrolled_not_dosed").what == "withdrew consent"
    assert found.one(table="flow", what="not enrolled").records == ("subjects:P7", "subjects:P8")
    assert found.one(table="flow", what="enrolled").of == 8


def test_the_reasons_of_who_was_not_enrolled_come_from_what_was_derived() -> None:
    rows = flow().where(table="not_enrolled")
    assert [(row.what, row.value) for row in rows] == [("no reason recorded", 1), ("screen failure", 1)]
    notes = [
        AnalysisNote(kind="subjects", record="P7", what="is_enrolled", note="inclusion criterion I2 answered no"),
        AnalysisNote(kind="subjects", record="P7", what="is_enrolled", note="failed screening"),
        AnalysisNote(kind="subjects", record="P8", what="is_enrolled", note="failed screening"),
        AnalysisNote(kind="subjects", record="P1", what="age_years", note="not about enrolment"),
    ]
    made = frame(PEOPLE)
    data = AnalysisData({**made.data.frames, "notes": frame_of(AnalysisNote, notes)}, made.data.trial_data)
    found = Figures(populations(Frame(PROTOCOL, data, 1)))
    rows = found.where(table="not_enrolled")
    assert [(row.what, row.records) for row in rows] == [
        ("failed screening", ("subjects:P7", "subjects:P8")),
        ("inclusion criterion I2 answered no", ("subjects:P7",)),
    ]


def test_the_flow_after_dosing() -> None:
    found = flow()

    def share(what: str, group: str = "all") -> tuple[float | None, float | None]:
        row = found.one(table="flow", what=what, group=group)
        return row.value, row.of

    alone = "left before the end, alive"
    assert (share(alone), share(alone, "1")) == ((1, 5), (1, 3))
    assert (share("died"), share("died", "2")) == ((1, 5), (0, 1))
    assert share("replaced", "1") == (1, 3)
    assert share("in the trial, or completed it") == (3, 5)
    assert found.one(table="flow", what="died", group="2").upper is None
    reasons = found.where(table="left_before_the_end", group="1")
    assert [(row.within, row.what, row.value) for row in reasons] == [
        ("", "withdrew", 1),
    ]


def test_a_recorded_death_counts_without_its_day() -> None:
    found = flow([Death(subject="P4", cause="stroke")])
    assert found.value(table="flow", what="died", group="2") == 1
    assert found.value(table="flow", what="in the trial, or completed it", group="2") == 0


def test_what_is_dated_after_the_day_of_the_data_does_not_count_and_twice_counts_once() -> None:
    died = Death(subject="P4", died=read_partial_date_time("2026-03-02"))
    for as_of, deaths in ((date(2026, 3, 1), 0), (date(2026, 3, 2), 1)):
        found = flow([died, died], as_of=as_of)
        assert found.value(table="flow", what="died", group="2") == deaths


def test_who_was_replaced_by_whom_and_why() -> None:
    row = flow().one(table="replaced")
    assert (row.what, row.text) == ("P2", "replaced by P3: left before day 28")
    assert row.records == ("slots:C1/4",)


def test_a_slot_that_nobody_holds_yet() -> None:
    open_slot = Slot(cohort="C1", slot=5, state="open", replaces="P4")
    row = flow([open_slot]).one(table="replaced")
    assert row.text == "to be replaced, by nobody yet, without a recorded reason"


def test_people_who_count_at_no_level_are_named() -> None:
    row = flow().one(table="at_no_dose_level")
    assert (row.what, row.text) == ("P5", "7 million cells lie between the levels")


def test_the_size_of_every_set() -> None:
    found = flow()

    def people(name: str, group: str = "all") -> float | None:
        return found.value(table="analysis_sets", what=name, group=group)

    assert (people("enrolled"), people("treated"), people("dlt_evaluable"), people("per_protocol")) == (6, 5, 3, 4)
    assert people("dlt_evaluable", "1") == 2
    assert found.one(table="analysis_sets", what="treated", group="all").text == "everyone who was given any cells"
    assert found.one(table="analysis_sets", what="dlt_evaluable", group="1").warning == ""
    assert (
        found.one(table="analysis_sets", what="dlt_evaluable", group="all").warning == "not known of 1 of the treated"
    )
    assert not found.where(table="analysis_sets", what="dlt_evaluable", group="2")


def test_a_set_that_cannot_be_made_is_told() -> None:
    biopsied = AnalysisSet(id="biopsied", name="Biopsied", definition="everyone with a biopsy")
    found = flow(protocol=replace(PROTOCOL, analysis_sets=(biopsied,)))
    row = found.one(table="analysis_sets", what="biopsied")
    assert (row.value, row.warning) == (None, "this set cannot be made from the records")
    assert found.one(table="analysis_sets", what="treated", group="all").text == "not named in the protocol"


def test_dosed_against_the_criteria_is_told() -> None:
    found = Figures(populations(frame([person("P1", 1, is_enrolled=False)])))
    assert found.one(table="flow", what="dosed, not enrolled").records == ("subjects:P1",)


def test_people_screened_again_are_told() -> None:
    again = Subject(subject="P4", earlier_subject="P0")
    assert "1 of these were screened before" in flow([again]).one(table="flow", what="screened").warning


def test_nobody() -> None:
    found = Figures(populations(frame([])))
    assert found.value(table="flow", what="screened") == 0
    assert found.value(table="flow", what="dosed", group="all") == 0


def test_every_treated_person_is_counted_once_among_left_died_or_followed() -> None:
    counts = {row.what: row.value or 0 for row in flow().where(table="flow", group="all")}
    ends = ("died", "left before the end, alive", "in the trial, or completed it")
    assert sum(counts[end] for end in ends) == counts["dosed"]

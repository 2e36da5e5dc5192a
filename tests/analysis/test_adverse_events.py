"""Tables of adverse events: a set worked by hand, and generated events recounted by plain loops over dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.events.adverse_events import adverse_events
from firstdose.protocol.analysis_plan import EventOfSpecialInterest
from firstdose.records import AdverseEvent, Death
from firstdose.records.derived import EventAnalysis, SubjectAnalysis
from firstdose.records.results import Result
from firstdose.safety.periods import Period
from tests.analysis.small_trials import PROTOCOL, Figures, event, frame, person, with_conventions, with_doses

ANY = "any adverse event"
LEVELS = {"P1": 1, "P2": 1, "P3": 2, "P4": 2, "P5": 4}


def trial(*events: EventAnalysis, **options: Any) -> Figures:
    people = [person(subject, level) for subject, level in LEVELS.items()]
    return Figures(adverse_events(frame(people, events, **options)))


EVENTS = (
    event("P1", 1, grade=1),
    event("P1", 2, grade=3, is_serious=True, related_to_procedure=True),
    event("P1", 3, term="Dizziness", grade=2),
    event("P2", 1, term="Nausea", organ_class="Gastrointestinal disorders", grade=2, changed_treatment=True),
    event("P3", 1, grade=2, first_day=100, last_day=100, period=Period.IMMUNOSUPPRESSION.value),
    event("P3", 2, grade=4, counts=False, is_emergent=False, emergence_rule="ended before treatment started"),
    event("P5", 1, term="Infection", organ_class="Infections", special_interest="infection", is_serious=None),
)


def test_the_overview_by_hand() -> None:
    found = trial(*EVENTS)

    def counts(what: str, group: str = "all") -> tuple[float | None, float | None, float | None]:
        people = found.one(table="overview", what=what, group=group, statistic="people")
        return people.value, people.of, found.value(table="overview", what=what, group=group, statistic="events")

    assert counts(ANY) == (4, 5, 6)
    assert counts(ANY, "1") == (2, 2, 4)
    assert counts(ANY, "2") == (1, 2, 1)
    assert counts("grade 3 or more") == (1, 5, 1)
    assert counts("serious") == (1, 5, 1)
    assert counts("related to the product") == (0, 5, 0)
    assert counts("related to the procedure") == (1, 5, 1)
    assert counts("serious and related to the product or the procedure") == (1, 5, 1)
    assert counts("of special interest", "4") == (1, 1, 1)
    assert counts("led to a change of treatment", "1") == (1, 2, 1)
    assert counts("fatal") == (0, 5, 0)
    severe = found.one(table="overview", what="grade 3 or more", group="1", statistic="people")
    assert severe.records == ("adverse_events:P1/2",)
    assert severe.population == "treated"
    assert severe.objective == "primary"


def test_unknown_seriousness_is_told_and_never_a_no() -> None:
    found = trial(*EVENTS)
    of_all = found.one(table="overview", what="serious", group="all", statistic="people")
    assert of_all.warning == "not known for 1 event, so at most 2 people"
    assert found.one(table="overview", what="serious", group="4", statistic="people").value is None
    assert found.one(table="overview", what="serious", group="all", statistic="not_known").records == (
        "adverse_events:P5/1",
    )
    # Not related to anything that was asked, so not serious and related, whatever the seriousness.
    combined = "serious and related to the product or the procedure"
    assert not found.one(table="overview", what=combined, group="4", statistic="people").warning


def test_what_was_never_recorded_has_no_count() -> None:
    found = trial(event("P1", 1, related_to_disease=None), event("P3", 1, related_to_disease=None))
    row = found.one(table="overview", what="related to the disease", group="all", statistic="people")
    assert (row.value, row.warning) == (None, "not known for any of 2 events")
    assert not found.where(table="related_to_disease_by_class_and_term")


def test_by_class_and_term_in_order_of_frequency() -> None:
    found = trial(*EVENTS)
    rows = found.where(table="by_class_and_term", group="all", statistic="people")
    assert [(row.within, row.what, row.value) for row in rows] == [
        ("", "Nervous system disorders", 2),
        ("Nervous system disorders", "Headache", 2),
        ("Nervous system disorders", "Dizziness", 1),
        ("", "Gastrointestinal disorders", 1),
        ("Gastrointestinal disorders", "Nausea", 1),
        ("", "Infections", 1),
        ("Infections", "Infection", 1),
    ]
    severe = found.where(table="grade_3_or_more_by_class_and_term", group="all", statistic="people")
    assert [(row.what, row.value) for row in severe] == [("Nervous system disorders", 1), ("Headache", 1)]


def test_a_person_counts_once_at_the_maximum_grade() -> None:
    found = trial(*EVENTS)

    def people(what: str, grade: int) -> float | None:
        return found.value(table="by_maximum_grade", what=what, when=f"grade {grade}", group="all")

    assert [people(ANY, grade) for grade in range(1, 6)] == [1, 2, 1, 0, 0]
    assert (people("Headache", 2), people("Headache", 3)) == (1, 1)
    assert not found.where(table="by_maximum_grade", what="Headache", when="grade 1")
    assert not found.where(table="by_maximum_severity")


def test_events_without_a_grade_stay_apart_and_severity_never_becomes_a_grade() -> None:
    found = trial(
        event("P1", 1, grade=2),
        event("P1", 2, grade=None, severity="severe"),
        event("P2", 1, grade=None, severity="mild"),
        event("P3", 1, grade=None),
    )

    def people(table: str, when: str, group: str = "all") -> float | None:
        return found.value(table=table, what=ANY, when=when, group=group)

    assert people("by_maximum_grade", "grade 2") == 1
    assert people("by_maximum_grade", "no grade") == 2
    assert people("by_maximum_grade", "a further event without a grade") == 1
    assert people("by_maximum_severity", "severe") == 1
    assert people("by_maximum_severity", "mild") == 1
    assert people("by_maximum_severity", "moderate") == 0
    assert people("by_maximum_severity", "neither grade nor severity") == 1
    severe = found.one(table="overview", what="grade 3 or more", group="all", statistic="people")
    assert (severe.value, severe.warning) == (0, "not known for 3 events, so at most 3 people")
    words = "severe, of events without a grade"
    assert found.value(table="overview", what=words, group="all", statistic="people") == 1


def test_without_any_grade_one_row_says_so() -> None:
    found = trial(event("P1", 1, grade=None, severity="mild"))
    (row,) = found.where(table="by_maximum_grade")
    assert (row.value, row.warning) == (None, "no event has a grade; see the table by maximum severity")


def test_by_period_of_those_followed_in_it() -> None:
    people = [
        person("P1", 1, followed_to_day=20),
        person("P2", 1),
        person("P3", 2, background_last_day=10),
        person("P4", 2, followed_to_day=None),
    ]
    events = [
        event("P1", 1),
        event("P2", 1, period=None),
        event("P3", 1, period=Period.WITHDRAWAL.value),
        event("P4", 1, period=Period.LATER.value),
    ]
    found = Figures(adverse_events(frame(people, events)))

    def row(when: str, group: str = "all") -> tuple[float | None, float | None]:
        one = found.one(table="by_period", what=ANY, when=when, group=group, statistic="people")
        return one.value, one.of

    assert row("days 0 to 30") == (1, 3)
    assert row("day 31 to the last immunosuppressant dose") == (0, 1)
    # P3's withdrawal window (28 days after day 10) is over by day 38; P2's begins on day 184.
    assert row("after the immunosuppressant was stopped") == (1, 2)
    assert row("later") == (1, 3)
    assert row("period not known", "1") == (1, 2)
    assert not found.where(table="by_period", when="before treatment")


def test_events_that_do_not_count_are_listed_by_rule() -> None:
    row = trial(*EVENTS).one(table="not_counted")
    assert (row.what, row.value, row.records) == ("ended before treatment started", 1, ("adverse_events:P3/2",))


def test_events_after_the_last_day_of_the_analyses_are_told_in_number() -> None:
    """Of two recorded events one is in the derived data; the other is later than the analyses look."""
    told = [AdverseEvent(subject="P1", number=number, term="Fall") for number in (1, 2)]
    row = trial(event("P1", 1), records=told, protocol=with_conventions(analysis_until_day=379)).one(
        table="not_counted"
    )
    assert row.what == "began later than day 379, the last that the analyses look at"
    assert (row.value, row.records) == (1, ("adverse_events:P1/2",))
    without = trial(event("P1", 1), records=told, protocol=with_conventions(analysis_until_day=None))
    assert not without.where(table="not_counted")


def test_events_that_count_only_because_it_is_not_known_are_told() -> None:
    found = trial(event("P1", 1), event("P1", 2, is_emergent=None))
    what = "counted, though it is not known whether treatment-emergent"
    assert found.value(table="overview", what=what, group="1", statistic="events") == 1


def test_deaths_from_every_source() -> None:
    people = [person("P1", 1, death_day=50), person("P2", 1), person("P3", 2), person("P4", 2)]
    died = Death(
        subject="P2", cause="pneumonia", relation_to_product="unlikely", relation_to_background_treatment="probable"
    )
    events = [event("P3", 1, outcome="fatal"), event("P2", 1, outcome=None), event("P4", 1, outcome=None)]
    found = Figures(adverse_events(frame(people, events, records=[died])))
    assert found.value(table="deaths", what="death", group="all") == 3
    related = found.one(
        table="deaths", what="death related to the background treatment", group="all", statistic="people"
    )
    assert (related.value, related.warning) == (1, "not known for 2 people, so at most 3 people")
    unrelated = found.one(table="deaths", what="death related to the product", group="1", statistic="people")
    assert (unrelated.value, unrelated.warning) == (0, "not known for 1 person, so at most 1 person")
    listed = found.where(table="people_who_died")
    assert [(row.what, row.group, row.value, row.text) for row in listed] == [
        ("P1", "1", 50, "cause not recorded"),
        ("P2", "1", None, "pneumonia"),
        ("P3", "2", None, "cause not recorded"),
    ]
    assert listed[1].records == ("deaths:P2",)
    assert listed[2].records == ("adverse_events:P3/1",)
    # The outcome of P4's event is open, but nobody who lives had a fatal event; P2 died, so there it is not known.
    fatal = found.one(table="overview", what="fatal", group="all", statistic="people")
    assert (fatal.value, fatal.warning) == (1, "not known for 1 event, so at most 2 people")


def test_the_trend_is_the_exact_distribution_over_all_arrangements() -> None:
    found = trial(*EVENTS, event("P4", 1, is_serious=True), event("P5", 2, is_serious=True))
    people, score = (
        ("P1", "P2", "P3", "P4", "P5"),
        {1: 0.0, 2: 1.0, 4: 2.2630344058337937},
    )  # log2 of 5, 10 and 24, from 5
    chosen = [sum(who) for who in product((0, 1), repeat=5) if sum(who) == 3]
    assert len(chosen) == 10
    observed = sum(score[LEVELS[who]] for who in ("P1", "P4", "P5"))
    sums = [
        sum(score[LEVELS[person]] for person, taken in zip(people, who, strict=True) if taken)
        for who in product((0, 1), repeat=5)
        if sum(who) == 3
    ]
    increasing = sum(value >= observed - 1e-12 for value in sums) / 10
    row = found.one(table="trend_over_dose", what="serious", statistic="p_increasing")
    assert row.value == pytest.approx(increasing)
    assert "log2 of the dose" in row.text
    decreasing = sum(value <= observed + 1e-12 for value in sums) / 10
    doubled = found.value(table="trend_over_dose", what="serious", statistic="p_doubled")
    assert doubled == pytest.approx(min(1, 2 * min(increasing, decreasing)))
    assert found.one(table="trend_over_dose", what="serious", statistic="p_distance").method == "cochran_armitage"
    assert not found.where(table="trend_over_dose", objective="primary")


def test_with_a_control_the_scores_are_the_order_of_doses() -> None:
    people = [person("P1", 0), person("P2", 1), person("P3", 2)]
    protocol = with_doses(5, 10, control="placebo")
    found = Figures(adverse_events(frame(people, [event("P3", 1)], protocol=protocol)))
    row = found.one(table="trend_over_dose", what=ANY, statistic="p_increasing")
    assert row.value == pytest.approx(1 / 3)
    assert "the control first" in row.text
    assert [row.group for row in found.where(table="overview", what=ANY, statistic="people")] == ["0", "1", "2", "all"]


def test_without_a_trend_to_test_one_row_says_why() -> None:
    found = Figures(adverse_events(frame([person("P1", 2), person("P2", 2)], [event("P1", 1)])))
    assert "two or more different scores" in found.one(table="trend_over_dose", what=ANY).warning
    assert "nobody has it" in found.one(table="trend_over_dose", what="serious").warning


def test_the_zero_convention_is_the_protocols() -> None:
    people = [person(f"P{number:02}", 1) for number in range(15)]
    one_sided = Figures(adverse_events(frame(people))).one(
        table="overview", what="serious", group="all", statistic="people"
    )
    assert one_sided.side == "upper"
    assert one_sided.upper == pytest.approx(0.1810, abs=5e-5)  # published: 18.1 %
    both = frame(people, protocol=with_conventions(zero_interval="two_sided"))
    two_sided = Figures(adverse_events(both)).one(table="overview", what="serious", group="all", statistic="people")
    assert two_sided.side == "both"
    assert two_sided.upper == pytest.approx(1 - 0.025 ** (1 / 15))


generated = st.lists(
    st.fixed_dictionaries(
        {
            "subject": st.sampled_from([*LEVELS, "P6"]),
            "term": st.sampled_from(["itch", "rash", "cough"]),
            "organ_class": st.sampled_from(["Skin", "Lung"]),
            "grade": st.sampled_from([None, 1, 2, 3, 4, 5]),
            "is_serious": st.sampled_from([True, False, None]),
            "related_to_product": st.sampled_from([True, False, None]),
            "counts": st.booleans(),
        }
    ),
    max_size=25,
)


@settings(max_examples=50)
@given(generated)
def test_generated_events_recounted(events: list[dict[str, Any]]) -> None:
    """P6 was screened and never treated: whatever they had is in no table."""
    rows = [event(number=number, **each) for number, each in enumerate(events, start=1)]
    people = [*(person(subject, level) for subject, level in LEVELS.items()), person("P6", None, is_treated=False)]
    found = Figures(adverse_events(frame(people, rows)))
    own = [each for each in events if each["counts"] and each["subject"] != "P6"]
    for group, members in {"1": ["P1", "P2"], "2": ["P3", "P4"], "4": ["P5"], "all": list(LEVELS)}.items():
        here = [each for each in own if each["subject"] in members]
        for what, field in ((ANY, None), ("serious", "is_serious"), ("related to the product", "related_to_product")):
            answers = [(each["subject"], True if field is None else each[field]) for each in here]
            yes = [subject for subject, answer in answers if answer]
            unknown = sum(answer is None for _, answer in answers)
            row = found.one(table="overview", what=what, group=group, statistic="people")
            if unknown and unknown == len(answers):
                assert row.value is None
            else:
                assert (row.value, row.of) == (len(set(yes)), len(members))
                assert found.value(table="overview", what=what, group=group, statistic="events") == len(yes)
            assert bool(row.warning) == bool(unknown)
        worst: dict[tuple[str, str, str], int | None] = {}
        terms = defaultdict(list)
        for each in here:
            terms[each["organ_class"], each["term"]].append(each["subject"])
            for key in ((ANY, ""), (each["organ_class"], ""), (each["term"], each["organ_class"])):
                before = worst.get((*key, each["subject"]))
                worst[(*key, each["subject"])] = max(filter(None, (before, each["grade"])), default=None)
        for (within, what), subjects in terms.items():
            line = {"table": "by_class_and_term", "within": within, "what": what, "group": group}
            assert found.value(**line, statistic="people") == len(set(subjects))
            assert found.value(**line, statistic="events") == len(subjects)
        if any(each["grade"] is not None for each in own):
            counted = Counter((what, within, grade) for (what, within, _), grade in worst.items())
            for (what, within, grade), number in counted.items():
                when = "no grade" if grade is None else f"grade {grade}"
                line = {"table": "by_maximum_grade", "what": what, "within": within, "when": when, "group": group}
                assert found.value(**line) == number


def test_a_person_without_a_level_is_in_all_only() -> None:
    found = Figures(adverse_events(frame([person("P1", 1), person("P2", None)], [event("P2", 1)])))
    rows = found.where(table="overview", what=ANY, statistic="people")
    assert [(row.group, row.value, row.of) for row in rows] == [("1", 0, 1), ("all", 1, 2)]


@pytest.mark.parametrize("people", [[], [person("P1", 1)]])
def test_nobody_and_nothing(people: list[SubjectAnalysis]) -> None:
    found = Figures(adverse_events(frame(people)))
    row = found.one(table="overview", what=ANY, group="all", statistic="people")
    assert (row.value, row.of) == (0, len(people))


def test_the_order_of_events_makes_no_difference() -> None:
    people = [person(subject, level) for subject, level in LEVELS.items()]
    one, turned = (adverse_events(frame(people, events)) for events in (EVENTS, EVENTS[::-1]))

    def told(results: Iterator[Result]) -> list[Result]:
        return [each._replace(records=tuple(sorted(each.records))) for each in results]

    assert told(one) == told(turned)


def test_a_trial_without_a_background_treatment_has_no_rows_of_one() -> None:
    """Unless somebody recorded a relation to one all the same."""
    without = replace(PROTOCOL, background_treatments=())
    unrelated = event("P1", 1, related_to_background_treatment=None)
    found = trial(unrelated, protocol=without)
    assert not [row for row in found.all if "background treatment" in row.what]
    assert found.where(table="overview", what="related to the disease")
    recorded = AdverseEvent(subject="P1", number=1, term="headache", relation_to_background_treatment="probable")
    told = trial(unrelated, protocol=without, records=[recorded])
    assert told.where(table="overview", what="related to the background treatment")
    assert told.where(table="deaths", what="death related to the background treatment")


LISTED = (
    EventOfSpecialInterest(id="growth", name="Ectopic growth", definition="any new mass"),
    EventOfSpecialInterest(id="infection", name="Infection", definition="any infection"),
)


def of_interest(*events: EventAnalysis, listed: tuple[EventOfSpecialInterest, ...] = LISTED) -> list[tuple[Any, ...]]:
    """The lines of the table of events of special interest: name, people, of how many, upper limit of their share."""
    found = trial(*events, protocol=replace(PROTOCOL, events_of_special_interest=listed))
    rows = found.where(table="of_special_interest", group="all", statistic="people")
    return [(row.what, row.value, row.of, row.upper is not None) for row in rows]


def test_what_the_protocol_looks_for_has_a_line_though_it_did_not_happen() -> None:
    assert of_interest(*EVENTS) == [("Ectopic growth", 0, 5, True), ("Infection", 1, 5, True)]
    assert of_interest(*EVENTS, listed=()) == [("infection", 1, 5, True)]


def test_what_the_protocol_does_not_list_is_said_to_be_so() -> None:
    other = event("P1", 9, special_interest="Infections")
    assert of_interest(*EVENTS, other)[2:] == [("Infections (not listed in the protocol)", 1, 5, True)]


def test_where_nothing_is_said_to_be_of_special_interest_none_is_counted_as_none() -> None:
    """Nobody knows then whether it was recorded at all."""
    assert of_interest(event("P1", 1)) == []

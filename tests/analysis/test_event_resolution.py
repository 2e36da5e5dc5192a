"""Time to resolution of adverse events: worked by hand, recounted naively, and the coverage of its limits."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.events.durations import DIED, GOES_ON, RESOLVED, durations
from firstdose.analysis.events.event_resolution import event_resolution
from firstdose.analysis.events.resolution_curves import level_for_people
from firstdose.methods.time_to_event import kaplan_meier
from firstdose.records.derived import EventAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of
from tests.analysis.small_trials import Figures, event, frame, person

ANY = "any adverse event"


def lasting(*events: EventAnalysis, **fields: object) -> list[tuple[int, int | None, int | None]]:
    people = frame_of(SubjectAnalysis, [person("P1", 1, followed_to_day=100, **fields)])
    found = durations(frame_of(EventAnalysis, events), people)
    return list(found.select("ending", "longest", "shortest").iter_rows())


def one(**fields: object) -> EventAnalysis:
    return event("P1", 1, first_day=10, last_day=10, **fields)


def test_how_long_events_lasted_and_how_they_ended() -> None:
    ended = {"end_first_day": 15, "end_last_day": 15}
    assert lasting(one(outcome="recovered", **ended)) == [(RESOLVED, 5, 5)]
    assert lasting(one(outcome=None, **ended)) == [(RESOLVED, 5, 5)]
    assert lasting(one(outcome="unknown", **ended)) == [(RESOLVED, 5, 5)]
    assert lasting(one(outcome="recovered")) == [(RESOLVED, 90, 0)]
    assert lasting(one(outcome=None)) == [(GOES_ON, 90, 90)]
    assert lasting(one(outcome="not_recovered", **ended)) == [(GOES_ON, 5, 5)]
    assert lasting(one(outcome="recovering"), death_day=40) == [(DIED, 30, 30)]
    assert lasting(one(outcome="fatal"), death_day=40) == [(DIED, 30, 30)]
    assert lasting(one(outcome="recovered", **ended), death_day=40) == [(RESOLVED, 5, 5)]


def test_an_event_spans_the_days_that_its_dates_may_mean() -> None:
    """Start from day 5 to 25, resolved from day 12 to 20: it cannot have begun after it had ended."""
    people = frame_of(SubjectAnalysis, [person("P1", 1, followed_to_day=100)])
    spans = ("start_from", "start_to", "end_from", "end_to")
    for fields, expected in (
        ({"first_day": 5, "last_day": 25, "end_first_day": 12, "end_last_day": 20}, (5, 20, 12, 20)),
        ({"first_day": 5, "last_day": 5}, (5, 5, 5, 100)),
        ({"first_day": 5, "last_day": None, "outcome": None}, (5, 100, 100, 100)),
        ({"first_day": 5, "last_day": 9, "end_first_day": 1, "end_last_day": 30}, (5, 9, 5, 30)),
        ({"first_day": None, "last_day": 9}, (None,) * 4),
    ):
        found = durations(frame_of(EventAnalysis, [event("P1", 1, **fields)]), people)
        assert found.select(spans).row(0) == expected


def test_partial_dates_neither_shorten_nor_lengthen_times() -> None:
    """Thirty people with events of 1 to 30 days, starts or ends known to the month: close to all known, either side."""
    random = np.random.default_rng(3)
    people, whole, partly = [], [], []
    for number in range(30):
        subject = f"P{number:02}"
        people.append(person(subject, 1))
        for one in range(1, 9):
            start, lasts = int(random.integers(0, 90)), int(random.integers(1, 31))
            end = start + lasts
            dates = {"first_day": start, "last_day": start, "end_first_day": end, "end_last_day": end}
            whole.append(event(subject, one, **dates))
            if random.random() < 0.3:
                dates |= {"first_day": start // 30 * 30, "last_day": start // 30 * 30 + 29}
            if random.random() < 0.3:
                dates |= {"end_first_day": end // 30 * 30, "end_last_day": end // 30 * 30 + 29}
            partly.append(event(subject, one, **dates))
    for day in (7, 28):
        rows = [
            Figures(event_resolution(frame(people, events))).one(
                table=table, what=ANY, when=f"day {day}", group="all", statistic="share_resolved"
            )
            for events in (whole, partly)
            for table in ("time_to_resolution", "cumulative_incidence")
        ]
        values = [row.value for row in rows]
        assert values[2] == pytest.approx(values[0], abs=0.03)
        assert values[3] == pytest.approx(values[2], abs=1e-6)
        assert [row.method for row in rows[1::2]] == ["aalen_johansen_clustered", "incidence_partly_known"]
        assert [row.method for row in rows[::2]] == ["kaplan_meier_clustered", "survival_partly_known"]
        for row in rows:
            assert row.lower is not None
            assert row.upper is not None
            assert row.lower < row.value < row.upper  # type: ignore[operator]


def test_exact_limits_count_the_people_of_whom_it_is_known() -> None:
    """Nobody's event ended within 7 days for certain: of P3, whose may have, it is not known."""
    people = [person(f"P{number}", 1) for number in (1, 2, 3)]
    events = [
        resolved("P1", 1, 20),
        resolved("P2", 1, 20),
        event("P3", 1, end_first_day=4, end_last_day=33),
    ]
    found = Figures(event_resolution(frame(people, events)))
    row = found.one(table="time_to_resolution", what=ANY, when="day 7", group="all")
    assert (row.value, row.warning) == (0, "the limits are those of 0 of 2 people")
    died = found.one(
        table="cumulative_incidence", what=ANY, when="day 7", group="all", statistic="share_died_before_resolution"
    )
    assert (died.value, died.warning) == (0, "the limits are those of 0 of 3 people")


def test_dates_known_in_part_leave_two_durations() -> None:
    partial = event("P1", 1, first_day=5, last_day=10, end_first_day=12, end_last_day=20)
    assert lasting(partial) == [(RESOLVED, 15, 2)]
    overlapping = event("P1", 1, first_day=5, last_day=25, end_first_day=12, end_last_day=20)
    assert lasting(overlapping) == [(RESOLVED, 15, 0)]


def test_impossible_or_unknown_durations_are_missing() -> None:
    assert lasting(event("P1", 1, end_first_day=1, end_last_day=1)) == [(RESOLVED, None, None)]
    assert lasting(event("P1", 1, first_day=None, last_day=None, outcome=None)) == [(GOES_ON, None, None)]


def five(**died: object) -> list[SubjectAnalysis]:
    return [person(f"P{number}", 1 + number % 2, **died) for number in range(1, 6)]


def resolved(subject: str, number: int, days: int, **fields: object) -> EventAnalysis:
    return event(subject, number, end_first_day=3 + days, end_last_day=3 + days, **fields)


def test_kaplan_meier_by_hand() -> None:
    """Resolved after 2, 5 and 5 days, censored after 5 (not recovered), resolved after 30: 1, .8, .4, 0."""
    events = [
        resolved("P1", 1, 2),
        resolved("P2", 1, 5),
        resolved("P3", 1, 5),
        resolved("P4", 1, 5, outcome="not_recovered"),
        resolved("P5", 1, 30),
    ]
    found = Figures(event_resolution(frame(five(), events)))

    def at(day: int) -> float | None:
        return found.value(table="time_to_resolution", what=ANY, when=f"day {day}", group="all")

    assert (at(7), at(28), at(91)) == pytest.approx((0.6, 0.6, 1))
    median = found.one(table="time_to_resolution", what=ANY, statistic="median_days", group="all")
    assert (median.value, median.of, median.lower) == (5, 5, 2)
    assert found.value(table="time_to_resolution", what=ANY, statistic="resolved_events", group="all") == 4
    everything = found.one(table="time_to_resolution", what=ANY, when="day 91", group="all")
    assert everything.lower == pytest.approx(0.05 ** (1 / 4))
    assert everything.warning == "the limits are those of 4 of 4 people"
    died = found.one(
        table="cumulative_incidence", what=ANY, when="day 28", group="all", statistic="share_died_before_resolution"
    )
    assert (died.value, died.upper) == pytest.approx((0, 1 - 0.05 ** (1 / 4)))


def test_death_competes_in_the_cumulative_incidence_and_censors_the_curve() -> None:
    people = [person("P1", 1), person("P2", 1, death_day=13, followed_to_day=13), person("P3", 1), person("P4", 1)]
    events = [resolved("P1", 1, 5), event("P2", 1, outcome="fatal"), resolved("P3", 1, 20), resolved("P4", 1, 40)]
    found = Figures(event_resolution(frame(people, events)))

    def share(table: str, day: int, statistic: str = "share_resolved") -> float | None:
        return found.value(table=table, what=ANY, when=f"day {day}", group="1", statistic=statistic)

    assert share("time_to_resolution", 28) == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert share("cumulative_incidence", 28) == pytest.approx(2 / 4)
    assert share("cumulative_incidence", 28, "share_died_before_resolution") == pytest.approx(1 / 4)
    assert share("cumulative_incidence", 91) == pytest.approx(3 / 4)


def test_limits_are_wider_than_those_that_take_events_for_people() -> None:
    """Six people with three like events each: as eighteen independent events the limits would be far too narrow."""
    people = [person(f"P{number}", 1) for number in range(6)]
    days = [2, 2, 6, 6, 20, 40]
    events = [resolved(f"P{number}", one, days[number]) for number in range(6) for one in range(1, 4)]
    row = Figures(event_resolution(frame(people, events))).one(
        table="time_to_resolution", what=ANY, when="day 7", group="all"
    )
    alone = kaplan_meier(np.repeat(days, 3), np.ones(18, dtype=bool))
    _, lower, upper = alone.at(7)
    assert row.value == pytest.approx(4 / 6)
    assert row.lower is not None
    assert row.upper is not None
    assert row.upper - row.lower > 1.5 * (upper - lower)


def test_two_people_have_no_limits() -> None:
    people = [person("P1", 1), person("P2", 1)]
    found = Figures(event_resolution(frame(people, [resolved("P1", 1, 3), resolved("P2", 1, 20)])))
    row = found.one(table="time_to_resolution", what=ANY, when="day 7", group="all")
    assert (row.value, row.lower, row.warning) == (0.5, None, "no limits can be given for so few")
    median = found.one(table="time_to_resolution", what=ANY, statistic="median_days", group="all")
    assert (median.value, median.lower, median.upper) == (3, None, None)


def test_the_level_is_that_of_students_distribution() -> None:
    """Published quantiles: t with 2 degrees of freedom 4.303 and with 14 degrees 2.145, at 97.5 %."""
    from statistics import NormalDist

    for people, quantile in ((3, 4.3027 * (3 / 2) ** 0.5), (15, 2.1448 * (15 / 14) ** 0.5)):
        level = level_for_people(0.95, people)
        assert level is not None
        assert NormalDist().inv_cdf((1 + level) / 2) == pytest.approx(quantile, rel=1e-4)
    assert level_for_people(0.95, 2) is None


def test_the_coverage_that_the_methods_text_states() -> None:
    """Fifteen and six people with exponential rates of events, and of resolution (frail people); 250 trials each."""
    generator = np.random.default_rng(12)
    truth = float(1 - np.mean(np.exp(-28 * generator.gamma(2, 1 / 28, 200_000))))
    for people in (6, 15):
        given, held = 0, 0
        for _ in range(250):
            who = np.repeat(np.arange(people), generator.poisson(generator.exponential(3, people)))
            level = level_for_people(0.95, len(np.unique(who)))
            if level is None:
                continue
            time = generator.exponential(1 / generator.gamma(2, 1 / 28, people)[who])
            end = generator.uniform(30, 365, len(who))
            curve = kaplan_meier(np.ceil(np.minimum(time, end)), time <= end, who, certainty=level)
            _, lower, upper = curve.at(28)
            if np.isfinite(lower):
                given += 1
                held += 1 - upper <= truth <= 1 - lower
        assert given > 150
        assert held / given > 0.89


def test_an_event_still_going_on_is_no_resolution_and_the_end_of_observation_is_told() -> None:
    found = Figures(event_resolution(frame(five(followed_to_day=10), [event("P1", 1, outcome=None)])))
    row = found.one(table="time_to_resolution", what=ANY, when="day 7", group="all")
    assert (row.value, row.upper) == pytest.approx((0, 0.95))
    later = found.one(table="time_to_resolution", what=ANY, when="day 28", group="all")
    assert (later.value, later.method, later.warning) == (None, "", "no event was observed for longer than 7 days")
    median = found.one(table="time_to_resolution", what=ANY, statistic="median_days", group="all")
    assert (median.value, median.warning) == (None, "not reached: less than half were resolved")


def test_partial_dates_are_told_with_the_other_extreme() -> None:
    partial = event("P1", 1, first_day=5, last_day=10, end_first_day=12, end_last_day=20)
    median = Figures(event_resolution(frame(five(), [partial]))).one(
        table="time_to_resolution", what=ANY, statistic="median_days", group="all"
    )
    assert median.value == 8  # 7 to 10 days are as likely as each other, and more so than all others
    told = "1 event known in part; the median is 2 with all times as short as possible, 15 with all as long"
    assert told in median.warning
    assert median.method == "survival_partly_known"


def test_events_without_a_time_are_left_out_and_counted() -> None:
    found = Figures(
        event_resolution(frame(five(), [event("P1", 1, end_first_day=0, end_last_day=0), resolved("P2", 1, 4)]))
    )
    row = found.one(table="time_to_resolution", what=ANY, statistic="events", group="all")
    assert (row.value, row.warning) == (1, "1 event without a known time left out")


@pytest.mark.parametrize("people", [[], five()])
def test_nobody_and_no_events(people: list[SubjectAnalysis]) -> None:
    found = Figures(event_resolution(frame(people)))
    row = found.one(table="time_to_resolution", what=ANY, statistic="median_days", group="all")
    assert (row.value, row.warning) == (None, "no such event")


generated = st.lists(
    st.tuples(st.sampled_from(["P1", "P2", "P3", "P4"]), st.integers(0, 60), st.sampled_from([True, False])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40)
@given(generated)
def test_generated_events_against_a_naive_curve(rows: list[tuple[str, int, bool]]) -> None:
    events = [
        resolved(subject, number, days, outcome="recovered" if is_resolved else "not_recovered")
        for number, (subject, days, is_resolved) in enumerate(rows, start=1)
    ]
    found = Figures(event_resolution(frame([person(f"P{number}", 1) for number in range(1, 5)], events)))
    for day in (7, 28):
        left = 1.0
        for time in range(day + 1):
            at_risk = sum(days >= time for _, days, _ in rows)
            ended = sum(days == time and is_resolved for _, days, is_resolved in rows)
            left *= 1 - ended / at_risk if at_risk else 1
        longest = max(days for _, days, _ in rows)
        row = found.one(table="time_to_resolution", what=ANY, when=f"day {day}", group="all")
        if day <= longest or left == 0:
            assert row.value == pytest.approx(1 - left)
            assert row.lower is None or row.lower <= 1 - left + 1e-9
        else:
            assert row.value is None


def test_longest_is_never_shorter_than_shortest() -> None:
    people = frame_of(SubjectAnalysis, [person("P1", 1, followed_to_day=100)])
    events = [
        event("P1", number, first_day=first, last_day=last, end_first_day=end, end_last_day=end_last)
        for number, (first, last, end, end_last) in enumerate(
            [(0, 0, 5, 5), (0, 30, 5, 9), (None, 5, 7, 7), (3, None, 9, 9), (3, 3, None, 9)], start=1
        )
    ]
    found = durations(frame_of(EventAnalysis, events), people)
    assert found.filter(pl.col("shortest") > pl.col("longest")).is_empty()
    assert found["longest"].to_list() == [5, 9, None, 6, 6]
    assert found["shortest"].to_list() == [5, 0, None, 0, 0]


def test_an_event_that_counts_as_emergent_does_not_begin_before_dosing() -> None:
    """A start in 2025 with dosing on 24 February: from day -54 to 310, of which the days before dosing do not count."""
    partial = event("P1", 1, first_day=-54, last_day=310, is_emergent=None, outcome="not_recovered")
    assert lasting(partial) == [(GOES_ON, 100, 0)]
    sure = event("P1", 1, first_day=-54, last_day=-20, is_emergent=True, outcome="not_recovered")
    assert lasting(sure) == [(GOES_ON, 154, 120)]
    figures = Figures(event_resolution(frame([person("P1", 1, followed_to_day=100)], [partial])))
    assert "on or after the day of dosing" in figures.one(statistic="events", what=ANY, group="all").warning

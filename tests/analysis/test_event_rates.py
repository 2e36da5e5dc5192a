"""Rates of adverse events per person-year: worked by hand, recounted day by day, and their coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.events.event_rates import event_rates
from firstdose.analysis.events.person_time import WHOLE, time_at_risk
from firstdose.methods.rates import clustered_rate, few_people_rate
from firstdose.safety.periods import Immunosuppression, Period, days_at_risk, period_of
from tests.analysis.small_trials import Figures, event, frame, person, with_conventions

ANY = "any adverse event"
YEAR = 365.25


def test_both_definitions_by_hand() -> None:
    """Two people: 366 days with events on days 3 and 9, and 100 days (0 to 99) without any."""
    people = [person("P1", 1), person("P2", 1, followed_to_day=99, background_last_day=None)]
    events = [event("P1", 1, first_day=3, last_day=3), event("P1", 2, first_day=9, last_day=9)]
    found = Figures(event_rates(frame(people, events)))
    everything = found.one(table="all_events", what=ANY, when="", group="all")
    assert everything.of == pytest.approx(466 / YEAR)
    assert everything.value == pytest.approx(2 / (466 / YEAR))
    assert everything.records == ("adverse_events:P1/1", "adverse_events:P1/2")
    first = found.one(table="first_events", what=ANY, when="", group="all")
    assert first.of == pytest.approx((4 + 100) / YEAR)
    assert first.value == pytest.approx(1 / (104 / YEAR))
    assert first.records == ("adverse_events:P1/1",)
    assert (first.method, first.side, first.confidence) == ("garwood", "both", 0.95)
    # One event: the upper Poisson limit at 2.5 % is the published 5.572.
    assert first.upper == pytest.approx(5.572 / (104 / YEAR), rel=1e-4)
    serious = found.one(table="first_events", what="serious", when="", group="all")
    assert (serious.value, serious.lower, serious.side) == (0, 0, "upper")
    assert serious.upper == pytest.approx(-np.log(0.05) / (466 / YEAR))


def test_a_rate_that_rests_on_the_few_without_an_event_has_no_interval() -> None:
    people = [person(f"P{number}", 1) for number in range(4)]
    events = [event(f"P{number}", 1, first_day=3 + number, last_day=3 + number) for number in range(3)]
    for with_event, has_interval in ((2, True), (3, False)):
        found = Figures(event_rates(frame(people, events[:with_event])))
        first = found.one(table="first_events", what=ANY, when="", group="all")
        assert first.value is not None
        assert (first.upper is not None) is has_interval
        assert ("more than half" in first.warning) is not has_interval


def test_by_period_with_the_days_of_each_person() -> None:
    people = [person("P1", 1), person("P2", 1, followed_to_day=99, background_last_day=40)]
    events = [
        event("P1", 1, first_day=40, last_day=40, period=Period.IMMUNOSUPPRESSION.value),
        event("P2", 1, first_day=45, last_day=45, period=Period.WITHDRAWAL.value),
    ]
    found = Figures(event_rates(frame(people, events)))

    def years(when: str) -> float | None:
        return found.value(table="time_at_risk", what="time at risk", when=when, group="all")

    # P1: 0-30, 31-183, 184-211, 212-365; P2: 0-30, 31-40, 41-68, 69-99.
    assert years("days 0 to 30") == pytest.approx(62 / YEAR)
    assert years("day 31 to the last immunosuppressant dose") == pytest.approx((153 + 10) / YEAR)
    assert years("after the immunosuppressant was stopped") == pytest.approx((28 + 28) / YEAR)
    assert years("later") == pytest.approx((154 + 31) / YEAR)
    withdrawal = found.one(table="first_events", what=ANY, when=Period.WITHDRAWAL.value, group="all")
    assert withdrawal.of == pytest.approx((28 + 5) / YEAR)
    assert found.value(table="all_events", what=ANY, when="later", group="all") == 0


def test_where_resampling_says_nothing_the_exact_limits_of_first_events_are_told() -> None:
    found = Figures(event_rates(frame([person("P1", 1), person("P2", 1), person("P3", 2)], [event("P1", 1)])))
    row, first = (found.one(table=table, what=ANY, when="", group="1") for table in ("all_events", "first_events"))
    assert (row.lower, row.upper, row.method) == (None, None, "")
    assert "fewer than two people have events" in row.warning
    assert "the rate of first events in the next table has limits" in row.warning
    assert None not in (first.lower, first.upper)
    assert "one person cannot be resampled" in found.one(table="all_events", what=ANY, when="", group="2").warning


def test_with_enough_people_the_rate_of_all_events_has_the_bootstrap_limits() -> None:
    """The limits are those of the method itself on counts and years added up by hand."""
    counts = [0, 1, 2, 3, 0, 1, 4, 0, 2, 1]
    people = [person(f"P{number}", 1, followed_to_day=300 + number) for number in range(10)]
    events = [
        event(f"P{number}", one, first_day=one, last_day=one)
        for number, count in enumerate(counts)
        for one in range(1, count + 1)
    ]
    row = Figures(event_rates(frame(people, events, seed=11))).one(table="all_events", what=ANY, when="", group="all")
    years = [(301 + number) / YEAR for number in range(10)]
    expected = clustered_rate(counts, years, replicates=1_999, seed=11 + 4_100)
    assert (row.value, row.lower, row.upper) == pytest.approx((expected.rate, expected.lower, expected.upper))
    assert row.method == "clustered_rate"


@pytest.mark.parametrize("size", [3, 4, 5, 6])
def test_few_people_have_limits_that_say_why_they_are_not_the_bootstraps(size: int) -> None:
    """A dose level of three to six people, one of them with most of the events."""
    counts = [7, 1, 2, 1, 3, 2][:size]
    people = [person(f"P{number}", 1, followed_to_day=300 + 10 * number) for number in range(size)]
    events = [
        event(f"P{number}", one, first_day=one, last_day=one)
        for number, count in enumerate(counts)
        for one in range(1, count + 1)
    ]
    row = Figures(event_rates(frame(people, events))).one(table="all_events", what=ANY, when="", group="1")
    years = [(301 + 10 * number) / YEAR for number in range(size)]
    expected = [float(limit) for limit in few_people_rate(counts, years)]
    assert (row.lower, row.upper) == pytest.approx(expected)
    assert (row.method, row.confidence) == ("few_people_rate", 0.95)
    assert row.warning.startswith(
        "the people with events are too few, or too much alike, to be resampled: Student's limits"
    )
    assert row.lower is not None
    assert row.upper is not None
    assert row.upper / row.lower < 2000


def test_two_people_have_no_limits_of_all_events() -> None:
    people, events = [person("P1", 1), person("P2", 1)], [event("P1", 1), event("P2", 1), event("P2", 2)]
    row = Figures(event_rates(frame(people, events))).one(table="all_events", what=ANY, when="", group="1")
    assert (row.lower, row.upper, row.method) == (None, None, "")
    assert row.warning.startswith("no limits: the people with events are too few, or too much alike, to be resampled")


def test_a_first_day_known_in_part_is_the_earliest_and_the_latest_is_told() -> None:
    people = [person("P1", 1), person("P2", 1)]
    found = Figures(event_rates(frame(people, [event("P1", 1, first_day=-3, last_day=20, period=None)])))
    first = found.one(table="first_events", what=ANY, when="", group="1")
    assert first.of == pytest.approx((1 + 366) / YEAR)
    assert f"the rate is {1 / ((21 + 366) / YEAR):.4g}" in first.warning
    assert found.one(table="left_out", what="the period is not known: in no rate by period").value == 1
    assert found.value(table="first_events", what=ANY, when="days 0 to 30", group="1") == 0


def test_what_is_in_no_rate_is_told() -> None:
    people = [person("P1", 1, followed_to_day=30), person("P2", 1, followed_to_day=None)]
    events = [
        event("P1", 1, first_day=31, last_day=31, period="later"),
        event("P1", 2, first_day=-10, last_day=-10, period=Period.BEFORE.value),
        event("P2", 1),
    ]
    found = Figures(event_rates(frame(people, events)))
    assert found.one(table="left_out", what="began after the end of the time at risk: in no rate").records == (
        "adverse_events:P1/1",
    )
    words = "began before treatment and became worse after it: counted from day 0, and in no rate by period"
    assert found.one(table="left_out", what=words).value == 1
    unknown = found.one(table="time_at_risk", statistic="people")
    assert (unknown.value, unknown.records) == (1, ("subjects:P2",))
    row = found.one(table="all_events", what=ANY, when="", group="all")
    assert (row.value, row.of) == pytest.approx((1 / (31 / YEAR), 31 / YEAR))


def test_unknown_seriousness_is_told_and_where_nothing_is_known_there_is_no_rate() -> None:
    people = [person("P1", 1), person("P2", 2)]
    events = [event("P1", 1, is_serious=None), event("P1", 2), event("P2", 1, is_serious=None)]
    found = Figures(event_rates(frame(people, events)))
    row = found.one(table="first_events", what="serious", when="", group="1")
    assert row.value == 0
    assert row.warning == "not known for 1 event, which count as no"
    assert found.value(table="first_events", what="serious", when="", group="2") is None


def test_the_time_at_risk_ends_with_the_window_in_which_events_count() -> None:
    people = [person("P1", 1), person("P2", 1, treatment_last_day=100), person("P3", 1, treatment_last_day=None)]
    window = frame(people, protocol=with_conventions(treatment_emergent_days=30))
    spans = time_at_risk(window).filter(when=WHOLE)
    assert dict(spans.select("subject", "last_day").iter_rows()) == {"P1": 30, "P2": 130}
    short = frame([person("P1", 1, followed_to_day=10)], protocol=with_conventions(treatment_emergent_days=30))
    assert time_at_risk(short).filter(when=WHOLE)["last_day"].to_list() == [10]


@given(st.integers(-5, 400), st.booleans(), st.one_of(st.none(), st.integers(-10, 400)))
def test_spans_are_the_days_at_risk_of_each_period(followed: int, taken: bool, last: int | None) -> None:
    one = person("P1", 1, followed_to_day=followed, background_taken=taken, background_last_day=last)
    spans = {
        when: last_day - first_day + 1
        for when, first_day, last_day in time_at_risk(frame([one])).select("when", "first_day", "last_day").iter_rows()
    }
    treatment = Immunosuppression(last, 28, taken)
    periods = [period for period in Period if period is not Period.BEFORE]
    assert {period.value: spans.get(period.value, 0) for period in periods} == {
        period.value: days_at_risk(period, followed, treatment) for period in periods
    }
    assert spans.get(WHOLE, 0) == max(0, followed + 1)


def test_each_person_has_the_withdrawal_window_of_the_treatment_that_they_stopped_last() -> None:
    spans = time_at_risk(frame([person("P1", 1), person("P2", 1, background_withdrawal_days=90)]))
    found = spans.filter(when=Period.WITHDRAWAL.value).select("subject", "first_day", "last_day")
    assert found.rows() == [("P1", 184, 211), ("P2", 184, 273)]


def test_without_a_withdrawal_window_that_period_is_empty() -> None:
    spans = time_at_risk(frame([person("P1", 1, background_withdrawal_days=0)]))
    assert dict(spans.select("when", "first_day").iter_rows())["later"] == 184
    assert Period.WITHDRAWAL.value not in spans["when"]


generated = st.lists(st.tuples(st.sampled_from(["P1", "P2", "P3"]), st.integers(0, 80)), max_size=12)


@settings(max_examples=40)
@given(generated, st.integers(20, 80), st.integers(0, 80))
def test_generated_events_recounted_day_by_day(rows: list[tuple[str, int]], followed: int, stopped: int) -> None:
    ends = {"P1": followed, "P2": 50, "P3": 35}
    rows = [(subject, day) for subject, day in rows if day <= ends[subject]]
    taken = Immunosuppression(stopped, 28)
    people = [person(one, 1, followed_to_day=end, background_last_day=stopped) for one, end in ends.items()]
    events = [
        event(subject, number, first_day=day, last_day=day, period=period_of(day, taken).value)
        for number, (subject, day) in enumerate(rows, start=1)
    ]
    found = Figures(event_rates(frame(people, events)))
    for when in (None, *Period):
        days = first_days = cases = count = 0
        for subject, end in ends.items():
            had = False
            for day in range(end + 1):
                if when is not None and period_of(day, taken) is not when:
                    continue
                days += 1
                first_days += not had
                today = rows.count((subject, day))
                count += today
                cases += today > 0 and not had
                had = had or today > 0
        if when is Period.BEFORE:
            continue
        name = when.value if when else ""
        if not days:
            assert all(row.value is None for row in found.where(table="all_events", what=ANY, when=name))
            continue
        rate = found.one(table="all_events", what=ANY, when=name, group="all")
        first = found.one(table="first_events", what=ANY, when=name, group="all")
        assert (rate.value, rate.of) == pytest.approx((count / days * YEAR, days / YEAR))
        assert (first.value, first.of) == pytest.approx((cases / first_days * YEAR, first_days / YEAR))


@pytest.mark.parametrize(("people", "lowest", "highest"), [(15, 0.9, 0.98), (10, 0.88, 0.98)])
def test_the_coverage_that_the_methods_text_states(people: int, lowest: float, highest: float) -> None:
    """People's own rates are exponential with mean 3: 400 trials, of those whose resamples carry limits."""
    generator, given, held = np.random.default_rng(2), 0, 0
    for trial in range(400):
        events = generator.poisson(generator.exponential(3.0, people))
        if (events > 0).sum() < 2:
            continue
        found = clustered_rate(events, np.ones(people), replicates=299, seed=trial)
        if found.carries:
            given += 1
            held += found.lower <= 3 <= found.upper
    assert given > 200
    assert lowest < held / given < highest


def test_nobody_and_no_events() -> None:
    assert Figures(event_rates(frame([]))).one(table="first_events", what=ANY).warning
    alone = Figures(event_rates(frame([person("P1", 1)]))).one(table="first_events", what=ANY, when="", group="all")
    assert (alone.value, alone.upper) == pytest.approx((0, -np.log(0.05) / (366 / YEAR)))

"""How well the people who worsened agree with the disease's course elsewhere: a benchmark, not a test or a control."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.analysis.disability.confirmed import Sought
from firstdose.analysis.disability.confirmed_people import records_of
from firstdose.analysis.disability.natural_history_bias import simplifications
from firstdose.analysis.frame import Frame
from firstdose.analysis.shares import share
from firstdose.methods.confirmed_change_presets import PRESETS
from firstdose.methods.natural_course import SharedRate, events_under, expected_events
from firstdose.protocol.analysis_plan import NaturalHistory, NaturalHistoryRate
from firstdose.records.results import Result

TABLE, SIMPLIFIED = "natural_history", "natural_history_simplifications"
NOT_A_TEST = (
    "not a test, and no evidence of an effect however small: people were selected for a trial, and their baseline may "
    "have followed a worsening that made them eligible (regression to the mean)"
)


@dataclass(frozen=True)
class Benchmarked:
    """The evaluable people of a measure by the rate that applies to them, and those whom none does."""

    rates: tuple[SharedRate, ...]
    people: tuple[int, ...]
    without: tuple[int, ...]


def natural_history(frame: Frame, leading: Mapping[str, Sought]) -> Iterator[Result]:
    """Each benchmark of the protocol against what the leading definition of its measure found."""
    for number, benchmark in enumerate(frame.protocol.natural_history):
        same: dict[str, Any] = {
            "chapter": "disability",
            "table": TABLE,
            "what": benchmark.id,
            "within": benchmark.measure,
        }
        sought = leading.get(benchmark.measure)
        if sought is None or not sought.definition.is_of_worsening:
            yield Result(
                **same, statistic="compatibility", warning="confirmed worsening of this measure is not analysed"
            )
            continue
        same |= {"when": sought.definition.name, "population": sought.measured.people.analysis_set}
        yield from _compared(frame, benchmark, number, sought, same)


def benchmarked(frame: Frame, benchmark: NaturalHistory, sought: Sought) -> Benchmarked:
    """Everyone's time from the baseline to the last onset that could be seen, under the rate of their baseline."""
    years: dict[int, list[float]] = {}
    people, without = [], []
    for person in sorted(sought.watched_to):
        place = _rate_of(benchmark.rates, float(sought.measured.baselines[person]))
        if place is None:
            without.append(person)
        else:
            time = sought.years_watched(person, frame.conventions.person_year_days)
            years.setdefault(place, []).append(time)
            people.append(person)
    rates = (benchmark.rates[place] for place in years)
    shared = (
        SharedRate(rate.yearly_probability, tuple(times), rate.based_on_participants)
        for rate, times in zip(rates, years.values(), strict=True)
    )
    return Benchmarked(tuple(shared), tuple(people), tuple(without))


def _rate_of(rates: tuple[NaturalHistoryRate, ...], baseline: float) -> int | None:
    return next((place for place, rate in enumerate(rates) if rate.lowest <= baseline <= rate.highest), None)


def _compared(
    frame: Frame, benchmark: NaturalHistory, number: int, sought: Sought, same: dict[str, Any]
) -> Iterator[Result]:
    found = benchmarked(frame, benchmark, sought)
    firsts = sought.leading
    events = sum(person in firsts for person in found.people)
    people, method = len(found.people), "natural_course"
    if not people:
        yield Result(**same, statistic="compatibility", warning="no evaluable person has a baseline that a rate covers")
        return
    chances = events_under(found.rates)
    years = float(np.sum([sum(rate.years) for rate in found.rates]))
    having = [record for person in found.people if person in firsts for record in records_of(sought, firsts[person])]
    watched = watched_records(sought, found.people)
    text = f"{events} of {people} worsened"
    yield share(frame, people, events, records=having, **same)._replace(text=text)
    yield Result(**same, statistic="years_in_which_an_onset_could_be_seen", value=years, unit="years", records=watched)
    expected = expected_events(found.rates)
    yield Result(**same, statistic="expected", value=expected, unit="people", method=method, records=watched)
    yield Result(
        **same,
        statistic="compatibility",
        value=float(min(1.0, chances[: events + 1].sum())),
        of=float(people),
        format="proportion",
        text=f"probability that at most {events} of {people} would have worsened at the benchmark's rates",
        method=method,
        warning="; ".join(_cautions(frame, benchmark, number, sought, found)),
        records=tuple(dict.fromkeys((*watched, *having))),
    )
    for each in simplifications(benchmark, sought, found.people, found.rates, events):
        place = {**same, "table": SIMPLIFIED, "what": each.name, "within": benchmark.id, "format": "text"}
        yield Result(**place, statistic="simplification", text=each.words)
        yield Result(**place, statistic="makes_the_compatibility", text=each.direction)


def watched_records(sought: Sought, people: Iterable[int]) -> tuple[str, ...]:
    """The scores that set each person's rate and time: the baseline, and the last that could have been an onset."""
    measured = sought.measured
    found: dict[str, None] = {}
    for person in people:
        last = (measured.person == person) & (measured.day == sought.watched_to[person])
        for row in (int(measured.baseline_rows[person]), *np.flatnonzero(last).tolist()):
            found[measured.records[row]] = None
    return tuple(found)


def _in_words(definition: str) -> str:
    """What a definition of confirmed change counts; its own name where the protocol has made it."""
    title = PRESETS[definition].title if definition in PRESETS else definition
    return title[:1].lower() + title[1:]


def _cautions(
    frame: Frame, benchmark: NaturalHistory, number: int, sought: Sought, found: Benchmarked
) -> Iterator[str]:
    yield NOT_A_TEST
    yield f"the benchmark counts {benchmark.event}, and here counts {_in_words(sought.definition.name)}"
    certain = sum(not rate.is_uncertain for rate in found.rates)
    if certain:
        yield f"{certain} of {len(found.rates)} rates are taken as known: their uncertainty is not included"
    if sought.doubt:
        yield sought.doubt
    if found.without:
        names = ", ".join(sought.measured.people.subjects[person] for person in found.without)
        yield f"no rate covers the baseline of {names}"
    assumption = frame.protocol.assumption(f"natural_history[{number + 1}]")
    if assumption is not None:
        yield f"assumed: {assumption.why}"

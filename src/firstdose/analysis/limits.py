"""The chapter on what so few people can show: what each zero leaves possible, and which rates would have been seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells, number_of
from firstdose.analysis.disability.chapter import leading_sought
from firstdose.analysis.disability.confirmed import Sought
from firstdose.analysis.events.counted_events import counted_events, questions
from firstdose.analysis.events.deaths import DEATH, people_who_died
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import names_of_measures
from firstdose.analysis.shares import share
from firstdose.methods.binomial import largest_undetected_rate, probability_of_at_least_one
from firstdose.records.results import Result

CHAPTER = "limits"
CHANCES = (0.8, 0.9)
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
DLT = "dose-limiting toxicity"


@dataclass(frozen=True)
class Count:
    """How many people of a group are known to have had something.

    ``is_known`` is False where nothing was recorded that could be counted; ``warning`` says so, or what to beware of.
    """

    what: str
    within: str
    when: str
    group: str
    population: str
    objective: str
    people: int
    events: int
    warning: str = ""
    is_known: bool = True


def limits(frame: Frame) -> Iterator[Result]:
    """For every event that befell nobody of a group: its exact limit, and the rates that would have been seen.

    Where it is not known of somebody whether they had it, the zero is not certain, and the row says so.
    """
    for count in counts(frame):
        if not count.people or count.events:
            continue
        where: dict[str, Any] = {
            "chapter": CHAPTER,
            "table": "zero_counts",
            "what": count.what,
            "within": count.within,
            "when": count.when,
            "group": count.group,
            "population": count.population,
            "objective": count.objective,
        }
        if not count.is_known:
            yield Result(**where, statistic="people", format="count", warning=count.warning)
            continue
        yield share(frame, count.people, 0, **where)._replace(warning=count.warning)
        for chance in CHANCES:
            yield Result(
                **where,
                statistic=f"rate_that_shows_with_{100 * chance:g}_percent_probability",
                value=float(largest_undetected_rate(count.people, chance)),
                of=float(count.people),
                format="proportion",
                method="zero_events",
                warning=count.warning,
            )
    yield from _chances(frame)


def counts(frame: Frame) -> Iterator[Count]:
    """Everything that is hoped to befall nobody: adverse events, death, dose-limiting toxicity, worsening."""
    place = Place(CHAPTER, frame.objective("adverse_events"))
    events, died = counted_events(frame), people_who_died(frame)
    asked = questions(frame)
    counted = [cells(events, "events", what, answer=answer) for what, answer in asked.items()]
    counted.append(cells(died, "events", DEATH))
    tallies = Tallies.of(frame, pl.concat(counted), place)
    for what in (*asked, DEATH):
        objective = frame.objective("mortality") if what == DEATH else place.objective
        yield from _of_line(tallies, what, objective)
    yield from _dlts(frame)
    for name in names_of_measures(frame):
        sought = leading_sought(frame, name)
        if sought is not None and sought.definition.is_of_worsening:
            yield from _worsening(frame, sought)


def _of_line(tallies: Tallies, what: str, objective: str) -> Iterator[Count]:
    """One line of adverse events in each group."""
    line = Line("events", what)
    for group, people in tallies.sizes.items():
        tally = tallies.at(line, group)
        population = tallies.place.population
        doubt = tally.doubt("events")
        yield Count(what, "", "", group, population, objective, people, tally.people, doubt, tally.is_known)


def _dlts(frame: Frame) -> Iterator[Count]:
    """Dose-limiting toxicity in the people who are evaluable for it."""
    for group in frame.groups("dlt_evaluable"):
        answers = group.subjects["has_dlt"]
        events, unknown = int(answers.sum() or 0), answers.null_count()
        warning = f"not known for {number_of(unknown, 'people')}" if unknown else ""
        yield Count(
            DLT,
            "",
            "",
            group.name,
            "dlt_evaluable",
            frame.objective("dlt"),
            group.count,
            events,
            warning,
        )


def _worsening(frame: Frame, sought: Sought) -> Iterator[Count]:
    """Confirmed worsening by the leading definition of a measure, in the people in whom it could be seen."""
    people, firsts = sought.measured.people, sought.leading
    for group, members in people.groups(frame):
        seen = [person for person in members if person in sought.watched_to]
        events = sum(person in firsts for person in seen)
        unseen = len(members) - len(seen)
        yield Count(
            f"confirmed {sought.definition.events[0]}",
            sought.measured.name,
            sought.definition.name,
            group,
            people.analysis_set,
            sought.definition.objective,
            len(seen),
            events,
            f"not evaluable: {unseen} of {number_of(len(members), 'people')}" if unseen else "",
        )


def _chances(frame: Frame) -> Iterator[Result]:
    """The probability that at least one of the treated has an event, by its true rate."""
    for group in frame.groups("treated"):
        for rate in RATES:
            yield Result(
                chapter=CHAPTER,
                table="chance_to_see",
                what=f"an event with a true rate of {100 * rate:g} %",
                group=group.name,
                population="treated",
                statistic="probability_of_at_least_one",
                value=float(probability_of_at_least_one(rate, group.count)),
                of=float(group.count),
                format="proportion",
                method="zero_events",
            )

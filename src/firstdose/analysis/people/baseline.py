"""Who the treated are: age, sex, history of the disease, and every measure before treatment."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells
from firstdose.analysis.descriptions import Quantity, described, numbers
from firstdose.analysis.frame import Frame
from firstdose.analysis.recorded import recorded
from firstdose.analysis.scores.measured import MRI_MEASURES, SCORE
from firstdose.analysis.visit_summaries import in_groups
from firstdose.records import Subject
from firstdose.records.derived import ScoreAnalysis
from firstdose.records.results import Result

CHAPTER = "baseline"
PEOPLE, SCORES, PARTS, STATES = "people", "scores", "parts_of_scores", "last_assessment_before_treatment"
NOT_RECORDED, NOT_ASSESSED = "not recorded", "not assessed before treatment"

QUANTITIES = {"age_years": Quantity(PEOPLE, "age", unit="years"),
              "disease_years": Quantity(PEOPLE, "time since the first symptoms", unit="years")}  # fmt: skip
CATEGORIES = ("sex", "centre", "race", "ethnicity", "country")
STATE_WORDS = {"score": "score", "unable_to_perform": "unable to perform", "missing": "missing"}


def baseline(frame: Frame) -> Iterator[Result]:
    """Numbers and categories of the treated before treatment, in each group."""
    people = frame.people("treated").with_columns(record=pl.format("subjects:{}", "subject"))
    rows = [numbers(people, quantity, pl.col(name)) for name, quantity in QUANTITIES.items()]
    yield from described(frame, pl.concat(rows), list(QUANTITIES.values()), Place(CHAPTER))
    yield from _categories(frame, people)
    yield from _scores(frame, people)


def _categories(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """People by category, the most frequent first; a thing of which nothing is recorded is left out, sex apart."""
    others = recorded(frame, Subject).select("subject", "race", "ethnicity", "country")
    known = people.join(others, on="subject", how="left", maintain_order="left")
    named = [name for name in CATEGORIES if name == "sex" or known[name].count()]
    counted = [cells(known, name, pl.col(name).fill_null(NOT_RECORDED)) for name in named]
    tallies = Tallies.of(frame, pl.concat(counted), Place(CHAPTER))
    for name in named:
        yield from tallies.results(tallies.lines(name, last=NOT_RECORDED), events=False, estimates=False)


def _scores(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """The baseline of each measure and of the parts that it is made of; who has none, or could not do it."""
    every = frame.data[ScoreAnalysis].join(people.select("subject"), on="subject", how="semi")
    every = every.with_columns(record=_record())
    last = _last_before(every)
    scores = every.filter("is_baseline")
    since = last.filter(~pl.col("is_baseline")).select("measure", "subject").rows()
    quantities, rows = [], []
    doubts: dict[tuple[Quantity, str], str] = {}
    for (measure, part), found in _parts(frame, scores).items():
        units = found["unit"].drop_nulls()
        is_score = part == SCORE
        table, what, within = (SCORES, measure, "") if is_score else (PARTS, part, measure)
        quantity = Quantity(table, what, within, units[0] if len(units) else "", frame.objective(measure))
        quantities.append(quantity)
        rows.append(numbers(found, quantity, pl.col("value")))
        doubts |= _doubts(frame, quantity, measure, found, {subject for of, subject in since if of == measure})
    if not rows:
        return
    yield from described(frame, pl.concat(rows), quantities, Place(CHAPTER), doubts)
    measures = [each for each in quantities if each.table == SCORES and each.what not in MRI_MEASURES]
    yield from _states(frame, people, last, measures)


def _last_before(scores: pl.DataFrame) -> pl.DataFrame:
    """Each person's last assessment before treatment, whatever came of it; one of day 0 only if it is the baseline."""
    before = scores.filter((pl.col("part") == SCORE) & ((pl.col("day") < 0) | pl.col("is_baseline")))
    return before.sort("day").unique(["subject", "measure"], keep="last", maintain_order=True)


def _parts(frame: Frame, scores: pl.DataFrame) -> dict[tuple[str, str], pl.DataFrame]:
    """The baselines of each measure and part: those that the protocol names, found or not, and all that were found."""
    found = {
        (str(key[0]), str(key[1])): rows for key, rows in scores.partition_by("measure", "part", as_dict=True).items()
    }
    activities = frame.protocol.schedule.activities if frame.protocol.schedule else ()
    named = [*(each.measure for each in frame.protocol.endpoints), *(each.measure for each in activities)]
    measures = dict.fromkeys([*filter(None, named), *sorted(measure for measure, _ in found)])
    parts = {
        measure: [part for name, part in sorted(found) if name == measure and part != SCORE] for measure in measures
    }
    keys = [(measure, part) for measure in measures for part in (SCORE, *parts[measure])]
    return {key: found.get(key, scores.clear()) for key in keys}


def _states(frame: Frame, people: pl.DataFrame, last: pl.DataFrame, measures: list[Quantity]) -> Iterator[Result]:
    """What came of people's last assessment before treatment, where that is not a score in everybody."""
    own = last.select("subject", "measure", "state", found="record")
    measure = pl.DataFrame({"measure": [quantity.what for quantity in measures]}, schema={"measure": pl.String()})
    rows = people.join(measure, how="cross").join(own, on=["subject", "measure"], how="left", maintain_order="left")
    state = pl.col("state").replace(STATE_WORDS).fill_null(NOT_ASSESSED)
    states = rows.with_columns(state=state, record=pl.coalesce("found", "record"))
    tallies = Tallies.of(frame, cells(states, STATES, pl.col("measure"), when=pl.col("state")), Place(CHAPTER))
    for quantity in measures:
        lines = [Line(STATES, quantity.what, when=each) for each in (*STATE_WORDS.values(), NOT_ASSESSED)]
        found = [line for line in lines if tallies.at(line).people]
        if found != lines[:1]:
            yield from tallies.results(found, events=False, estimates=False)


def _doubts(
    frame: Frame, quantity: Quantity, measure: str, baselines: pl.DataFrame, assessed_since: Collection[str]
) -> dict[tuple[Quantity, str], str]:
    """What to beware of in each group, by the values of its own people alone."""
    grouped = in_groups(frame, baselines).partition_by("group", as_dict=True)
    names = [group.name for group in frame.groups("treated")]
    return {
        (quantity, name): _doubt(measure, grouped.get((name,), baselines.clear()), assessed_since) for name in names
    }


def _doubt(measure: str, baselines: pl.DataFrame, assessed_since: Collection[str]) -> str:
    """What to beware of: no baseline by nature, values that are limits or older than need be, units that differ.

    ``assessed_since`` are the people whose last assessment of the measure before treatment is not their baseline.
    """
    if measure in MRI_MEASURES:
        return "its score is a change between two scans, which has no baseline"
    limits = sum(bound in ("at most", "at least") for bound in baselines["bound"])
    older = sum(subject in assessed_since for subject in baselines["subject"])
    units = sorted({unit for unit in baselines["unit"] if unit is not None})
    doubts = [
        f"values that are limits of the true ones: {limits}" if limits else "",
        f"values from an earlier assessment, as the last one gave none: {older}" if older else "",
        f"units differ: {', '.join(units)}" if len(units) > 1 else "",
    ]
    return "; ".join(filter(None, doubts))


def _record() -> pl.Expr:
    """The identity of the first assessment that a score was made from."""
    return pl.format("assessments:{}/{}", "subject", pl.col("record_numbers").str.extract(r"([0-9]+)", 1))

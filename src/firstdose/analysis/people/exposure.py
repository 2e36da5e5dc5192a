"""What people were given: dose assigned against given, volume, viability, batches, and days of treatment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, Tally, cells
from firstdose.analysis.descriptions import Quantity, described, numbers
from firstdose.analysis.frame import Frame
from firstdose.analysis.people.background_exposure import background_exposure
from firstdose.analysis.recorded import recorded
from firstdose.analysis.shares import share
from firstdose.records import NAMES, Batch, Dosing
from firstdose.records.frames import identity
from firstdose.records.results import Result
from firstdose.safety.evaluability import is_within_tolerance

CHAPTER = "exposure"
PLACE = Place(CHAPTER)
PEOPLE, DOSE, ADMINISTRATION, BATCHES = "dose_of_each_person", "dose", "administration", "batches"
DURATION, OTHER_LEVEL, FEASIBILITY = "days_of_treatment", "counted_at_another_level", "given_as_assigned"
WITHIN, INTERRUPTED = "dose given within the tolerance", "administration interrupted"
NO_BATCH = "batch not recorded"


def exposure(frame: Frame) -> Iterator[Result]:
    """Everybody's dose, then for each group the doses, how they were given, from which batches, and for how long."""
    people = people_with_shares(frame)
    for person in people.iter_rows(named=True):
        yield from _dose_of(frame, person)
    yield from _doses(frame, people)
    yield from _feasibility(frame, people)
    yield from _administrations(frame, people)
    yield from _batches(frame, people)
    yield from _duration(frame, people)
    yield from background_exposure(frame, CHAPTER)


def people_with_shares(frame: Frame) -> pl.DataFrame:
    """The treated, with the share of the dose assigned that was given, and whether that is within the tolerance."""
    people = frame.people("treated").with_columns(record=pl.format("subjects:{}", "subject"))
    tolerance = frame.protocol.product.dose_tolerance if frame.protocol.product else None
    within = [
        None if assigned is None or given is None else is_within_tolerance(assigned, given, tolerance)
        for assigned, given in people.select("dose_assigned", "dose_given").iter_rows()
    ]
    assigned, given = pl.col("dose_assigned"), pl.col("dose_given")
    share = pl.when(assigned > 0).then(given / assigned)
    return people.with_columns(pl.Series("is_within", within, dtype=pl.Boolean), share=share)


def _dose_of(frame: Frame, person: dict[str, Any]) -> Iterator[Result]:
    """One person's dose assigned and given, and the level that they count at where it is another."""
    level = person["level"]
    fields: dict[str, Any] = {
        "chapter": CHAPTER,
        "what": person["subject"],
        "group": "" if level is None else str(level),
        "population": "treated",
        "records": (person["record"],),
    }
    within = {
        True: "within the tolerance",
        False: "outside the tolerance",
        None: "not known whether within the tolerance",
    }
    unit = frame.protocol.dose_levels.unit
    for statistic, text in (("dose_assigned", ""), ("dose_given", within[person["is_within"]])):
        value, warning = person[statistic], "" if person[statistic] is not None else "not recorded"
        yield Result(**fields, table=PEOPLE, statistic=statistic, value=value, unit=unit, text=text, warning=warning)
    if person["share"] is not None:
        yield Result(**fields, table=PEOPLE, statistic="share_given", value=person["share"], format="proportion")
    if level is None or level != person["level_assigned"]:
        told = "counts at no level" if level is None else f"counts at level {level}"
        assigned = person["level_assigned"]
        text = f"{told}, assigned {'none that is known' if assigned is None else f'level {assigned}'}"
        reason = person["level_reason"] or "no reason recorded"
        yield Result(**fields, table=OTHER_LEVEL, statistic="level", text=f"{text}: {reason}", format="text")


def _doses(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """Doses by level, and how many were within the tolerance."""
    unit = frame.protocol.dose_levels.unit
    quantities = {
        "dose_assigned": Quantity(DOSE, "dose assigned", unit=unit),
        "dose_given": Quantity(DOSE, "dose given", unit=unit),
        "share": Quantity(DOSE, "share of the dose assigned that was given", unit="%"),
    }
    in_percent = people.with_columns(pl.col("share") * 100)
    rows = [numbers(in_percent, quantity, pl.col(name)) for name, quantity in quantities.items()]
    yield from described(frame, pl.concat(rows), list(quantities.values()), PLACE)
    tallies = Tallies.of(frame, cells(people, DOSE, WITHIN, answer=pl.col("is_within")), PLACE)
    yield from tallies.results([Line(DOSE, WITHIN)], events=False)


def _feasibility(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """Of those to whom a level was assigned, whatever they were given: how many were given its dose.

    Groups of other tables are those of the level at which people count, where somebody given less is missing from the
    level that could not be given. Where everybody counts at the level assigned there is no such table, since it would
    say the same.
    """
    assigned = people.filter(pl.col("level_assigned") > 0)
    if assigned.filter(pl.col("level").eq_missing(pl.col("level_assigned"))).height == assigned.height:
        return
    for (level,), rows in sorted(assigned.group_by("level_assigned")):
        is_within = rows["is_within"]
        able, unknown = int(is_within.sum()), is_within.null_count()
        tally = Tally(able, at_most=able + unknown, known=len(rows) - unknown, not_known=unknown)
        where: dict[str, Any] = {
            "chapter": CHAPTER,
            "table": FEASIBILITY,
            "what": f"level {level} assigned",
            "population": "treated",
        }
        if not tally.is_known:
            yield Result(**where, statistic="people", format="count", unit="people", warning=tally.doubt("people"))
            continue
        records = rows.filter("is_within")["record"].to_list()
        yield share(frame, len(rows), able, records=records, warning=tally.doubt("people"), **where)


def _administrations(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """Volume, viability and interruption of each person's administrations, as recorded; several are averaged."""
    quantities = {
        "volume_ml": Quantity(ADMINISTRATION, "volume", unit="mL"),
        "viability_percent": Quantity(ADMINISTRATION, "viability when given", unit="%"),
        "released_viability": Quantity(ADMINISTRATION, "viability of the batch at release", unit="%"),
    }
    each = of_people(administrations(frame, people))
    values = [numbers(each, quantity, pl.col(name)) for name, quantity in quantities.items()]
    yield from described(frame, pl.concat(values), list(quantities.values()), PLACE)
    tallies = Tallies.of(frame, cells(each, ADMINISTRATION, INTERRUPTED, answer=pl.col("interrupted")), PLACE)
    yield from tallies.results([Line(ADMINISTRATION, INTERRUPTED)], events=False)


def administrations(frame: Frame, people: pl.DataFrame) -> pl.DataFrame:
    """The recorded administrations of people, each with the viability of its batch at release."""
    rows = recorded(frame, Dosing).join(people.select("subject"), on="subject", how="semi")
    released = recorded(frame, Batch).select("batch", released_viability="viability_percent")
    return rows.join(released, on="batch", how="left", maintain_order="left").with_columns(
        record=pl.format(f"{NAMES[Dosing]}:{{}}", identity(Dosing))
    )


def of_people(rows: pl.DataFrame) -> pl.DataFrame:
    """A row a person: the mean of several administrations, and whether any was interrupted."""
    is_interrupted = pl.col("interrupted")
    return rows.group_by("subject", maintain_order=True).agg(
        pl.col("record").sort_by(is_interrupted, descending=True, nulls_last=True, maintain_order=True).first(),
        pl.col("volume_ml", "viability_percent", "released_viability").mean(),
        is_interrupted.any(ignore_nulls=False),
    )


def _batches(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """People by batch; who was given several counts under each."""
    each = by_batch(people)
    tallies = Tallies.of(frame, cells(each, BATCHES, pl.col("batch")), PLACE)
    yield from tallies.results(tallies.lines(BATCHES, last=NO_BATCH), events=False, estimates=False)


def by_batch(people: pl.DataFrame) -> pl.DataFrame:
    """A row for each person and batch that they were given."""
    return people.with_columns(pl.col("batch").fill_null(NO_BATCH).str.split("; ")).explode("batch")


def _duration(frame: Frame, people: pl.DataFrame) -> Iterator[Result]:
    """Days from the first to the last of treatment, both included, where the product is given more than once."""
    if not (people["treatment_last_day"].fill_null(1) > 0).any():
        return
    quantity = Quantity(DURATION, "days from the first to the last of treatment", unit="days")
    rows = numbers(people, quantity, pl.col("treatment_last_day") + 1)
    yield from described(frame, rows, [quantity], PLACE)

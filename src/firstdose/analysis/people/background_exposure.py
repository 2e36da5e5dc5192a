"""The background treatment: who took it, for how long, and who stopped before the protocol's last day."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.analysis.counting import Line, Place, Tallies, cells
from firstdose.analysis.descriptions import Quantity, described, numbers
from firstdose.analysis.frame import Frame
from firstdose.analysis.visit_summaries import in_groups
from firstdose.records.results import Result

TABLE = "background_treatment"
TAKEN, GOING_ON, EARLY = "taken", "still taken", "stopped early"


def background_exposure(frame: Frame, chapter: str) -> Iterator[Result]:
    """Who took it; of these, who still does, how long it was taken once over, and who stopped early.

    Several background treatments count together, from the first day of the first to the last of the last. Stopped early
    is who took it last before the protocol's last day; of somebody who still takes it and has not reached that day, it
    is not known yet.
    """
    treatments = frame.protocol.background_treatments
    if not treatments:
        return
    name, stop_day = ", ".join(each.drug for each in treatments), max(each.stop_day for each in treatments)
    people = frame.people("treated").with_columns(record=pl.format("subjects:{}", "subject"))
    takers, last = people.filter("background_taken"), pl.col("background_last_day")
    place, early = Place(chapter), f"{EARLY}, before day {stop_day}"
    is_past = pl.when(pl.col("followed_to_day") >= stop_day).then(pl.lit(False))
    counted = [
        cells(people, TABLE, name, when=TAKEN, answer=pl.col("background_taken")),
        cells(takers, TABLE, name, when=GOING_ON, answer=last.is_null()),
        cells(takers, TABLE, name, when=early, answer=pl.when(last.is_null()).then(is_past).otherwise(last < stop_day)),
    ]
    tallies = Tallies.of(frame, pl.concat(counted), place)
    of_takers = dict(in_groups(frame, takers).group_by("group").len().iter_rows())
    at_risk = {(group, TAKEN): size for group, size in tallies.sizes.items()}
    at_risk |= {(group, when): of_takers.get(group, 0) for group in tallies.sizes for when in (GOING_ON, early)}
    lines = [Line(TABLE, name, when=when) for when in (TAKEN, GOING_ON, early)]
    yield from tallies.results(lines, events=False, at_risk=at_risk)
    quantity = Quantity(TABLE, f"days on {name}, each counted once", unit="days")
    days = numbers(takers, quantity, last - pl.col("background_first_day") + 1)
    yield from described(frame, days, [quantity], place)

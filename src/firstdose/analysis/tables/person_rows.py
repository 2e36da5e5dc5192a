"""What tables say of people besides the derived record: day 0 as a date, time at risk, and whether they died."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.deriving.derive import as_known
from firstdose.analysis.deriving.treatment import treatments, zones_of_sites
from firstdose.analysis.events.deaths import people_who_died
from firstdose.analysis.events.person_time import WHOLE, time_at_risk
from firstdose.analysis.frame import Frame
from firstdose.records import Dosing


def person_rows(frame: Frame) -> pl.DataFrame:
    """A row a person, columns as `PersonRow`."""
    whole = time_at_risk(frame).filter(pl.col("when") == WHOLE)
    at_risk = whole.select("subject", days_at_risk=pl.col("last_day") - pl.col("first_day") + 1)
    died = people_who_died(frame)["subject"].implode()
    return (
        frame.subjects.select("subject", has_died=pl.col("subject").is_in(died))
        .join(_days_0(frame), on="subject", how="left", maintain_order="left")
        .join(at_risk, on="subject", how="left", maintain_order="left")
    )


def period_rows(frame: Frame) -> pl.DataFrame:
    """A row for each person and period with a day at risk, columns as `PeriodRow`."""
    spans = time_at_risk(frame).filter(pl.col("when") != WHOLE)
    return spans.rename({"when": "period"}).sort("subject", "first_day")


def _days_0(frame: Frame) -> pl.DataFrame:
    """The day of the start of treatment in the site's calendar, of those of whom it is wholly known."""
    data, _ = as_known(frame.data.trial_data)
    treated, _ = treatments(frame.protocol, data.records(Dosing), data.as_of, zones_of_sites(data))
    starts = {subject: each.anchor.start for subject, each in treated.items()}
    known = {
        subject: start.earliest.isoformat()
        for subject, start in starts.items()
        if start.earliest is not None and start.earliest == start.latest
    }
    return pl.DataFrame({"subject": list(known), "day_0": list(known.values())}, schema=DAYS_0)


DAYS_0 = {"subject": pl.String(), "day_0": pl.String()}

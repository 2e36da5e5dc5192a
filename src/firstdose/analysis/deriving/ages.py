"""Age, and time since the first symptoms, from dates that may be known in part."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from firstdose.records import PartialDate


class Years(NamedTuple):
    """A time in years (None where it is not known), and whether both its dates are known to the day."""

    years: float | None = None
    is_exact: bool = True


def age_at(birth: PartialDate | None, day: PartialDate | None) -> float | None:
    """Completed years of age; None unless every day that the dates may mean gives the same."""
    if birth is None or day is None:
        return None
    born, on = (birth.earliest, birth.latest), (day.earliest, day.latest)
    if None in born or None in on:
        return None
    ages = {_completed(b, d) for b in born for d in on if b is not None and d is not None}
    return float(ages.pop()) if len(ages) == 1 else None


def years_since(onset: PartialDate | None, day: PartialDate | None, year_days: float) -> Years:
    """Time from the onset to a day that is known; of an onset known to the month or year, from the middle of that."""
    if onset is None or day is None or not day.is_complete:
        return Years()
    earliest, latest, on = onset.earliest, onset.latest, day.earliest
    if earliest is None or latest is None or on is None:
        return Years()
    years = ((on - earliest).days + (on - latest).days) / 2 / year_days
    return Years(years, earliest == latest) if years >= 0 else Years()


def _completed(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

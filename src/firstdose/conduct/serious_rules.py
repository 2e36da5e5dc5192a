"""What a serious event must say, asked of what people enter here: by when it is reported, and whether, rests on it.

Data that are read from a file are not asked: formats such as SDTM have no place for some of it.
"""

from __future__ import annotations

import polars as pl

from firstdose.records.record_checks import RecordRule
from firstdose.safety.dlt import RELATED

EVENTS = "adverse_events"
_RELATIONS = ("relation_to_product", "relation_to_procedure")
_UNRELATED = pl.all_horizontal(pl.col(name).is_in(sorted(RELATED)).not_() for name in _RELATIONS).fill_null(False)


def _asked(field: str, rule: str, fix: str, *, unless: pl.Expr | None = None) -> RecordRule:
    """That a field is filled in of a serious event."""
    is_broken = pl.col("serious") & pl.col(field).is_null()
    return RecordRule(field, is_broken if unless is None else is_broken & unless.not_(), rule, fix)


SERIOUS_RULES = (
    _asked(
        "aware",
        "a serious event should say when the sponsor became aware; its clocks count from when it was entered",
        "fill in when the sponsor became aware, with the time",
    ),
    _asked(
        "expectedness",
        "a serious event that may be a reaction should say whether it was expected: 7 or 15 days may run",
        "fill in whether it was expected from what is known of the product",
        unless=_UNRELATED,
    ),
    _asked("outcome", "a serious event should say how it ended", "fill in the outcome, or how it stands now"),
)

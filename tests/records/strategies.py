"""Generated records of every kind, made from the schema alone."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from firstdose.records import RECORDS, PartialDate, PartialDateTime, columns_of
from firstdose.records.question import Column

LONGEST_TEXT = "Ω" * 32_000 + "€" * 32_000

texts = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(str.strip),
    st.sampled_from(
        [
            '"',
            '""',
            "a,b",
            "a;b",
            "a\nb",
            "a\r\nb",
            "\rb",
            "'",
            "=1+1",
            "-3",
            "@x",
            "NaN",
            "عربى",
            "頭痛",
            "🧠",
            "a\u2028b",
        ]
    ),
)


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    day = draw(st.dates())
    known = draw(st.sampled_from([(1, 1, 1), (1, 1, 1), (1, 1, 0), (1, 0, 0), (1, 0, 1), (0, 1, 1), (0, 1, 0)]))
    parts = [part if is_known else None for part, is_known in zip((day.year, day.month, day.day), known, strict=True)]
    return PartialDate(*parts)


@st.composite
def partial_date_times(draw: st.DrawFn) -> PartialDateTime:
    day = draw(partial_dates())
    precision = draw(st.integers(0, 3)) if day.is_complete else 0
    if not precision:
        return PartialDateTime(day)
    parts = [draw(st.integers(0, highest)) for highest in (23, 59, 59)[:precision]]
    hour, minute, second = (*parts, None, None)[:3]
    offset = draw(st.none() | st.integers(-14 * 60, 14 * 60))
    return PartialDateTime(day, hour, minute, second, offset)


def values(column: Column) -> st.SearchStrategy[Any]:
    """Values of a field, plausible or not."""
    if column.codes:
        return st.sampled_from(sorted(column.codes))
    return {
        str: texts,
        bool: st.booleans(),
        int: st.integers(-(2**63) + 1, 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
        PartialDate: partial_dates(),
        PartialDateTime: partial_date_times(),
    }[column.kind]


def records(record_type: type) -> st.SearchStrategy[Any]:
    """Records of one kind."""
    fields = {
        name: values(column) if column.is_required else st.none() | values(column)
        for name, column in columns_of(record_type).items()
    }
    return st.builds(record_type, **fields)


any_records = st.lists(st.sampled_from(list(RECORDS.values())).flatmap(records), max_size=6)

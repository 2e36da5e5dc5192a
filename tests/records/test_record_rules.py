"""Rules on two dates say of one record what they say of whole columns; few rows are read as many are."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.records import RECORDS, PartialDate, PartialDateTime, columns_of
from firstdose.records.conforming import FEW_ROWS, Layout, conform
from firstdose.records.delimited import ROW
from firstdose.records.frames import schema_of
from firstdose.records.problems import Collector
from firstdose.records.record_checks import RECORD_RULES, RecordRule
from tests.records.strategies import partial_date_times

BY_DATES = [
    pytest.param(kind, rule, id=f"{kind.__name__}-{rule.field}")
    for kind, rules in RECORD_RULES.items()
    for rule in rules
    if rule.earlier is not None
]
ONE_DAY = st.builds(PartialDateTime, st.just(PartialDate(2026, 3, 2)), st.integers(8, 11), st.none() | st.just(30))
TEXTS = st.sampled_from(
    ["", " ", "3", "-7", "1e99", "4.50", "yes", "No", "2026-03-02", "02 MAR 2026", "UN", "mild", "ü"]
)


@pytest.mark.parametrize(("kind", "rule"), BY_DATES)
@given(pairs=st.lists(st.tuples(*2 * [st.none() | ONE_DAY | partial_date_times()]), min_size=1, max_size=5))
def test_one_record_is_judged_as_a_column_is(
    kind: type, rule: RecordRule, pairs: list[tuple[PartialDateTime | None, PartialDateTime | None]]
) -> None:
    assert rule.earlier is not None
    texts = [
        tuple(each and str(each) for each in pair)
        for pair in pairs
        if all(each is None or each.date.year is None or 2 < each.date.year < 9998 for each in pair)
    ]
    names = (rule.earlier.date, rule.earlier.other)
    schema = {name: schema_of(kind)[name] for name in names}
    frame = pl.DataFrame(dict(zip(names, zip(*texts, strict=True), strict=True)) if texts else {}, schema=schema)
    broken = frame.select(rule.is_broken.fill_null(False).alias("broken"))["broken"].to_list()
    assert [rule.earlier.is_so(*pair) for pair in texts] == broken


@pytest.mark.parametrize("name", sorted(RECORDS))
@settings(max_examples=10)
@given(data=st.data())
def test_few_rows_are_read_as_many_are(name: str, data: st.DataObject) -> None:
    kind = RECORDS[name]
    fields = list(columns_of(kind))
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(fields, TEXTS)), min_size=1, max_size=3))
    many = rows * (FEW_ROWS // len(rows) + 1)
    assert len(many) > FEW_ROWS >= len(rows)
    found = []
    for several in (rows, many):
        part = pl.DataFrame(several, schema=dict.fromkeys(fields, pl.String))
        part = part.with_columns(pl.Series(ROW, [1 + place % len(rows) for place in range(len(several))], pl.Int64))
        collector = Collector()
        origins = conform(kind, part, Layout(name, {field: field for field in fields}), collector)
        problems = {
            (each.row, each.field, each.value, each.rule, each.fix, each.effect) for each in collector.all_problems()
        }
        kept = dict(zip(origins.places["row"], origins.frame.rows(), strict=True))
        found.append((origins.frame.schema, kept, problems))
    assert found[0] == found[1]

"""Checks all records of a trial: rules inside one record, and between records. What breaks one is kept, and listed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import polars as pl

from firstdose.records import cross_checks
from firstdose.records.catalogue import NAMES, RECORDS
from firstdose.records.found_rows import Found, with_words
from firstdose.records.frames import identity, in_parts
from firstdose.records.plausibility import check_plausible
from firstdose.records.problems import Problems, problems_of
from firstdose.records.question import columns_of
from firstdose.records.record_checks import RECORD_RULES
from firstdose.records.trial_data import TrialData
from firstdose.records.values import NO_WORD, YES_WORD

INDEX, FINDING = "index", "finding"


class Finding(NamedTuple):
    """A rule that is broken, the field that it is about, what to do, and what becomes of the row."""

    field: str
    rule: str
    fix: str
    effect: str


Check = Callable[[TrialData], Iterator[Found]]
"""A rule of a later layer, such as what answers a clinical measure has."""


def check_trial_data(
    trial_data: TrialData, visits: Collection[str] = (), further_checks: Sequence[Check] = ()
) -> Problems:
    """Every problem between and inside records; `visits` are the identifiers of the visits that are planned."""
    found = check_consistency(trial_data, visits, further_checks)
    listed = (problems_of(rows, record=name) for name, rows in found)
    return Problems.of([problems_of(pl.DataFrame()), *listed])


def check_consistency(
    trial_data: TrialData, visits: Collection[str] = (), further_checks: Sequence[Check] = ()
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The problems of each kind of record in parts, in the order of the records, each with the record's index.

    While they are sought, a problem is two numbers; only a part at a time is put into words.
    """
    further = (check(trial_data) for check in further_checks)
    checks = (_inside(trial_data), cross_checks.between(trial_data, visits), check_plausible(trial_data), *further)
    findings: dict[Finding, int] = {}
    broken: dict[str, list[pl.DataFrame]] = {}
    for record_type, field, rows in chain(*checks):
        if rows.is_empty():
            continue
        for words_of_rule, alike in rows.group_by("rule", "fix", "effect", maintain_order=True):
            number = findings.setdefault(Finding(field, *map(str, words_of_rule)), len(findings))
            numbers = alike.select(pl.col(INDEX).cast(pl.UInt32), pl.lit(number, pl.UInt32).alias(FINDING))
            broken.setdefault(NAMES[record_type], []).append(numbers)
    words = pl.DataFrame(list(findings), schema=dict.fromkeys(Finding._fields, pl.String), orient="row")
    for name, parts in broken.items():
        for _, part in in_parts(pl.concat(parts).sort(INDEX, maintain_order=True)):
            found = pl.concat([part.select(INDEX), words[part[FINDING]]], how="horizontal")
            yield name, _described(RECORDS[name], trial_data.frames[name][part[INDEX]], found)


def _inside(trial_data: TrialData) -> Iterator[Found]:
    """What breaks a rule inside one record."""
    for record_type, rules in RECORD_RULES.items():
        for first, part in in_parts(trial_data[record_type]):
            asked = (rule.is_broken.fill_null(False).alias(str(number)) for number, rule in enumerate(rules))
            broken = part.lazy().select(asked).collect()  # lazily, so that what rules share is worked out once
            for number, rule in enumerate(rules):
                if broken[str(number)].any():
                    indices = (broken[str(number)].arg_true() + first).alias(INDEX)
                    yield record_type, rule.field, with_words(indices.to_frame(), rule.rule, rule.fix)


def _described(record_type: type, records: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Broken rules with the identity of each record, one beside the other, and the value in question."""
    fields = found["field"].unique(maintain_order=True).to_list()
    values = pl.coalesce(
        pl.when(found["field"] == field).then(_as_written(record_type, field).alias("value")) for field in fields
    )
    return pl.concat([found, records.select(identity(record_type), values)], how="horizontal")


def _as_written(record_type: type, field: str) -> pl.Expr:
    """The value of a field as text; yes and no in these words, and a whole number without a point."""
    value, kind = pl.col(field), columns_of(record_type)[field].kind
    if kind is bool:
        return pl.when(value).then(pl.lit(YES_WORD)).when(~value).then(pl.lit(NO_WORD))
    text = value.cast(pl.String)
    return text.str.strip_suffix(".0") if kind is float else text

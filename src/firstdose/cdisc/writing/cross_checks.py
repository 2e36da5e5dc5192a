"""Conformance checks across datasets: people, parents of supplements, arms, elements, visits and tests agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.findings import Finding, at_rows
from firstdose.cdisc.writing.timing import WHOLE_DATE, day_of

REFERENCES = (("DM", "ARMCD", "TA", "ARMCD"), ("DM", "ACTARMCD", "TA", "ARMCD"), ("SE", "ETCD", "TE", "ETCD"))
TOGETHER = (("ARM", "ARMCD"), ("ACTARM", "ACTARMCD"))
LOCAL_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"
EARLIER_SUBJECT = "EARLSUBJ"
PAIRS = (("VISITNUM", "VISIT"), ("TESTCD", "TEST"))


def across(datasets: Sequence[Dataset]) -> Iterator[Finding]:
    """What datasets say of each other that does not agree."""
    by_name = {each.name: each for each in datasets}
    yield from _subjects(by_name)
    yield from _exposures(by_name)
    for each in datasets:
        yield from _people(each, by_name)
        yield from _in_order(each)
        yield from _one_to_one(each)
        yield from _both_or_neither(each)
        if "IDVARVAL" in each.frame.columns and "RDOMAIN" in each.frame.columns:
            yield from _parents(each, by_name)
    for name, variable, other, reference in REFERENCES:
        if name in by_name and other in by_name and variable in by_name[name].frame.columns:
            known = by_name[other].frame[reference]
            is_fault = ~pl.col(variable).is_in(known.unique().implode())
            rule, fix = f"must be in {other}", "add it to the protocol, or correct it"
            yield from at_rows("told", name, by_name[name].frame, is_fault, variable, rule, fix)


def _subjects(by_name: Mapping[str, Dataset]) -> Iterator[Finding]:
    """There are subjects, who have one identifier each, and gave consent before they were dosed."""
    if "DM" not in by_name:
        rule, fix = "a receiver asks for DM; there is no subject yet", "add the subjects to the records"
        yield Finding("told", "DM", None, None, None, rule, fix)
        return
    people = by_name["DM"].frame
    rule = "is needed for the screening in SE, and for epochs before treatment"
    is_fault = pl.col("RFXSTDTC").is_not_null() & pl.col("RFICDTC").is_null()
    yield from at_rows("told", "DM", people, is_fault, "RFICDTC", rule, "record when consent was given")
    if "SUPPDM" in by_name:
        rule = "one person should have one USUBJID, by which both screenings are known"
        fix = "agree with the receiver on the one that both shall have"
        is_fault = pl.col("QNAM") == EARLIER_SUBJECT
        yield from at_rows("told", "SUPPDM", by_name["SUPPDM"].frame, is_fault, "QVAL", rule, fix)


def _exposures(by_name: Mapping[str, Dataset]) -> Iterator[Finding]:
    """The day of each administration is known, since reference dates go by it."""
    for name, date in (("EX", "EXSTDTC"), ("EX", "EXENDTC")):
        if name in by_name:
            rule = "should be known to the day: reference dates, study days and epochs of the subject go by it"
            is_fault = ~pl.col(date).str.contains(WHOLE_DATE).fill_null(False)
            fix = "record when the product was given"
            yield from at_rows("told", name, by_name[name].frame, is_fault, date, rule, fix)


def _people(each: Dataset, by_name: Mapping[str, Dataset]) -> Iterator[Finding]:
    """Everybody is in DM."""
    if "USUBJID" in each.frame.columns and each.name != "DM":
        known = by_name["DM"].frame["USUBJID"] if "DM" in by_name else pl.Series([], dtype=pl.String)
        is_fault = ~pl.col("USUBJID").is_in(known.implode())
        rule, fix = "the subject must be in DM", "add the subject to the records"
        yield from at_rows("told", each.name, each.frame, is_fault, "USUBJID", rule, fix)


def _in_order(each: Dataset) -> Iterator[Finding]:
    """Nothing ends before it begins."""
    start, end = f"{each.name}STDTC", f"{each.name}ENDTC"
    if {start, end} <= set(each.frame.columns):
        days, times = day_of(pl.col(end)) - day_of(pl.col(start)), pl.col(start).str.contains(LOCAL_TIME)
        is_same_day = (days.dt.total_days() == 0) & times & pl.col(end).str.contains(LOCAL_TIME)
        is_fault = (days.dt.total_days() < 0) | (is_same_day & (pl.col(end) < pl.col(start)))
        rule, fix = f"{end} should not come before {start}", "correct the dates in the records"
        yield from at_rows("told", each.name, each.frame, is_fault, end, rule, fix)


def _both_or_neither(each: Dataset) -> Iterator[Finding]:
    """An arm has a code, which only the arms of the protocol have."""
    for name, code in TOGETHER:
        if {name, code, "ARMNRS"} <= set(each.frame.columns):
            rule, fix = f"{name} has a code only if the protocol names it", "write it as the protocol does, in `labels`"
            is_fault = pl.col(name).is_not_null() & pl.col(code).is_null()
            yield from at_rows("told", each.name, each.frame, is_fault, name, rule, fix)


def _one_to_one(each: Dataset) -> Iterator[Finding]:
    """A visit has one number, and a test one name."""
    for code, name in PAIRS:
        first, second = (f"{each.name}{part}" if part.startswith("TEST") else part for part in (code, name))
        if {first, second} <= set(each.frame.columns):
            pairs = each.frame.select(first, second).drop_nulls().unique()
            several = pairs.filter(pl.col(first).is_duplicated() | pl.col(second).is_duplicated())
            is_fault = pl.struct(first, second).is_in(several.select(pl.struct(first, second)).to_series().implode())
            rule, fix = f"{first} and {second} should belong together one to one", "give each visit or test one name"
            yield from at_rows("told", each.name, each.frame, is_fault, second, rule, fix)


def _parents(each: Dataset, by_name: Mapping[str, Dataset]) -> Iterator[Finding]:
    """Each supplement and each relation belongs to a row that is there."""
    numbered = each.frame.with_row_index("row number", offset=1)
    if "RELTYPE" in each.frame.columns:
        numbered = numbered.filter(pl.col("RELTYPE").is_null())  # relations of whole datasets name no row
    for (domain, variable), rows in numbered.partition_by("RDOMAIN", "IDVAR", as_dict=True).items():
        parent = by_name.get(str(domain))
        columns = parent.frame.columns if parent else []
        key = ["USUBJID"] if "USUBJID" in columns else []
        if parent is None or (variable and variable not in columns):
            known = pl.DataFrame(schema={"USUBJID": pl.String, "IDVARVAL": pl.String})
        else:
            value = pl.col(str(variable)).cast(pl.String) if variable else pl.lit("")
            known = parent.frame.select(*key, value.alias("IDVARVAL"))
        on = [*(key or ([] if parent else ["USUBJID"])), "IDVARVAL"]
        alone = rows.with_columns(pl.col("IDVARVAL").fill_null("")).join(known, on=on, how="anti")
        rule, fix = f"must belong to a row of {domain} that is there", "correct the reference in the records"
        for number, text in alone.select("row number", "IDVARVAL").iter_rows():
            yield Finding("told", each.name, number, "IDVARVAL", text, rule, fix)

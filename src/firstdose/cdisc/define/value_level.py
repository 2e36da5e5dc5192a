"""Values by test: of a variable that holds the results of many tests, what the results of each are."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.cdisc.define.definition import Condition, Item, Provenance
from firstdose.cdisc.define.value_types import type_of, type_of_results
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.metadata import Variable

RESULTS = {
    "TESTCD": ("ORRES", "STRESC", "STRESN"),
    "QNAM": ("QVAL",),
    "TSPARMCD": ("TSVAL",),
    "PARAMCD": ("AVAL", "AVALC"),
}
"""The end of a variable that names tests, and of those that hold results."""
LABELS = {"TESTCD": "TEST", "QNAM": "QLABEL", "TSPARMCD": "TSPARM", "PARAMCD": "PARAM"}
ORIGIN_OF_SUPPLEMENTS = "QORIG"
KNOWN_ORIGINS = {"CRF": "Collected", "EDT": "Collected"}
ORIGINS = ("Assigned", "Collected", "Derived", "Not Available", "Other", "Predecessor", "Protocol")


def results_by_test(each: Dataset, variable: Variable, origin: Provenance, method: str) -> tuple[Item, ...]:
    """What the values of a variable are for each test that has any; nothing for other variables."""
    found = _test_variable(each, variable.name)
    if found is None:
        return ()
    test, label = found
    said = each.frame.filter(pl.col(variable.name).is_not_null() & pl.col(test).is_not_null())
    parts = said.partition_by(test, maintain_order=True, as_dict=True)
    return tuple(
        _values(each, variable, origin, method, Condition("", f"IT.{each.name}.{test}", test, str(code)), rows, label)
        for (code,), rows in sorted(parts.items(), key=lambda part: str(part[0]))
    )


def _test_variable(each: Dataset, variable: str) -> tuple[str, str] | None:
    """The variable that names the tests whose results a variable holds, and the one with their names."""
    for ending, results in RESULTS.items():
        for result in results:
            prefix = next((prefix for prefix in ("", each.name) if variable == prefix + result), None)
            if prefix is not None and f"{prefix}{ending}" in each.frame.columns:
                return f"{prefix}{ending}", f"{prefix}{LABELS[ending]}"
    return None


def _values(
    each: Dataset,
    variable: Variable,
    origin: Provenance,
    method: str,
    condition: Condition,
    rows: pl.DataFrame,
    label: str,
) -> Item:
    """The values of one test."""
    path = f"{each.name}.{variable.name}.{condition.value}"
    name = condition.value if variable.name == "QVAL" else variable.name
    words = next(iter(_words(rows, label)), condition.value)
    return Item(
        oid=f"IT.{path}",
        name=name,
        label=words,
        value_type=(type_of_results if variable.kind == "Char" else type_of)(name, rows[variable.name]),
        provenance=_origin_of(rows) if ORIGIN_OF_SUPPLEMENTS in rows.columns else origin,
        method=method,
        condition=Condition(f"WC.{path}", condition.variable_oid, condition.variable, condition.value),
    )


def _words(rows: pl.DataFrame, label: str) -> Iterator[str]:
    """What the test is called."""
    if label in rows.columns:
        yield from rows[label].drop_nulls().head(1).to_list()


def _origin_of(rows: pl.DataFrame) -> Provenance:
    """The origin that supplements state; one that Define-XML does not know keeps its words."""
    stated = rows[ORIGIN_OF_SUPPLEMENTS].drop_nulls().unique().sort().to_list()
    kinds = {KNOWN_ORIGINS.get(text.upper(), text) for text in stated}
    if len(kinds) == 1 and kinds <= set(ORIGINS):
        kind = kinds.pop()
        return Provenance(kind, "Investigator" if kind == "Collected" else "Sponsor")
    return Provenance("Other", words=", ".join(stated)) if stated else Provenance("Not Available")

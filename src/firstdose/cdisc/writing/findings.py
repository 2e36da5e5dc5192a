"""What the conformance checks find: the rule, where it is broken, and whether the datasets can be written at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import polars as pl

from firstdose.records.problems import write_rows

Effect = Literal["refused", "told"]
"""What breaks a rule of the files or of identity is refused: nothing is written. The rest is written and told."""

FINDINGS_FILE = "conformance.csv"
FINDING_SCHEMA = {
    "effect": pl.String,
    "dataset": pl.String,
    "row": pl.Int64,
    "variable": pl.String,
    "value": pl.String,
    "rule": pl.String,
    "fix": pl.String,
}


class Finding(NamedTuple):
    """One value or row that breaks a rule; rows count from 1, without the header."""

    effect: Effect
    dataset: str
    row: int | None
    variable: str | None
    value: str | None
    rule: str
    fix: str

    def __str__(self) -> str:
        """The finding on one line."""
        row = None if self.row is None else f"row {self.row}"
        value = None if self.value is None else f'"{self.value}"'
        place = ", ".join(filter(None, (self.dataset, row, self.variable, value)))
        return f"{place}: {self.rule}; {self.fix}"


def refused(findings: Iterable[Finding]) -> list[Finding]:
    """The findings for which nothing can be written."""
    return [finding for finding in findings if finding.effect == "refused"]


def write_findings(findings: Iterable[Finding], path: Path) -> None:
    """Write the findings as CSV."""
    write_rows([pl.DataFrame(list(findings), schema=FINDING_SCHEMA, orient="row")], path)


def at_rows(
    effect: Effect, dataset: str, frame: pl.DataFrame, is_fault: pl.Expr, variable: str, rule: str, fix: str
) -> list[Finding]:
    """A finding for each row of a dataset where something is the case."""
    marks = frame.select_seq(is_fault.fill_null(False)).to_series()
    if not marks.any():
        return []
    faults = frame.with_row_index("row number", offset=1).filter(marks)
    values = faults[variable].cast(pl.String).to_list() if variable in faults.columns else [None] * faults.height
    rows = faults["row number"].to_list()
    return [Finding(effect, dataset, row, variable, value, rule, fix) for row, value in zip(rows, values, strict=True)]

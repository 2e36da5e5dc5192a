"""Confirmed changes and time to worsening, made again from exported ADaM files alone."""

from __future__ import annotations

from collections import defaultdict

from tests.cdisc.rederived_rows import Data, Row, Rows, groups_of, people


def confirmed_changes(data: Data) -> dict[tuple[str, str, str, str], tuple[int, int]]:
    """(event, measure, definition, group) -> people with it, people in whom it could be seen."""
    found = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "CONFIRMED CHANGE"]
    for group, members in groups_of(rows):
        by_parameter: dict[tuple[str, str, str], Rows] = defaultdict(list)
        for row in members:
            event = row["PARAM"].removeprefix("Time to ").split(" (days)")[0].rsplit(", ", 1)[0]
            by_parameter[event, _measured(row), row["PARCAT3"]].append(row)
        for key, its in by_parameter.items():
            found[*key, group] = (sum(row["CNSR"] == 0 for row in its), len(its))
    return found


def worsening_or_death(data: Data) -> dict[tuple[str, str, str, str], tuple[int, int]]:
    """The same of worsening or death, whichever was seen: who died counts, and is seen."""
    found = {}
    died = {row["USUBJID"] for row in data["ADSL"] if row["DTHDT"] is not None and row["SAFFL"] == "Y"}
    rows = [row for row in data.get("ADTTE", []) if row["PARAM"].startswith(WORSENING)]
    people_of = {group: {row["USUBJID"] for row in its} for group, its in groups_of(data["ADSL"], "TRT01AN")}
    for group, members in groups_of(rows):
        for measure, definition in {(_measured(row), row["PARCAT3"]) for row in members}:
            own = [row for row in members if (_measured(row), row["PARCAT3"]) == (measure, definition)]
            dead = died & people_of[group]
            having = {row["USUBJID"] for row in own if row["CNSR"] == 0} | dead
            found["worsening or death", measure, definition, group] = (
                len(having),
                people(own) + len(dead - {row["USUBJID"] for row in own}),
            )
    return found


def worsening_on_any_measure(data: Data, definition: str, measures: list[str]) -> dict[str, tuple[int, int]]:
    """Group -> people who worsened on any of several measures by one definition, of those seen on any of them."""
    rows = [
        row
        for row in data.get("ADTTE", [])
        if row["PARAM"].startswith(WORSENING) and row["PARCAT3"] == definition and _measured(row) in measures
    ]
    return {
        group: (people(row for row in members if row["CNSR"] == 0), people(members))
        for group, members in groups_of(rows)
    }


WORSENING = "Time to worsening, "


def _measured(row: Row) -> str:
    return str(row["PARCAT2"]).lower().replace(" ", "_")


def free_of_worsening(data: Data) -> dict[tuple[str, str, str, str], float]:
    """(measure, definition, group, day) -> the product-limit estimate of the share without, where anybody worsened."""
    found = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "CONFIRMED CHANGE" and row["ANL01FL"] == "Y"]
    leading = [row for row in rows if row["PARAM"].startswith(WORSENING) and "unclear" not in row["PARAM"]]
    for group, members in groups_of(leading):
        for measure, definition in {(_measured(row), row["PARCAT3"]) for row in members}:
            own = [row for row in members if (_measured(row), row["PARCAT3"]) == (measure, definition)]
            share = 1.0
            for day in sorted({row["AVAL"] for row in own if row["CNSR"] == 0}):
                at_risk = sum(row["AVAL"] >= day for row in own)
                share *= 1 - sum(row["AVAL"] == day and row["CNSR"] == 0 for row in own) / at_risk
                found[measure, definition, group, f"day {day:g}"] = share
    return found

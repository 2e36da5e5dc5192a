"""Lesions on scans after dosing: people with any, and how many each person had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.analysis.dose_trends import dose_trends
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.changes_at_visits import planned_visits
from firstdose.analysis.scores.measured import SCORE, FloatArray, IntArray, Measured, measured, objective_of_imaging
from firstdose.analysis.shares import share
from firstdose.records.results import Result

KINDS = {"new T2 lesions": SCORE, "enhancing lesions": "enhancing"}
"""What is counted, and the part of the score that holds it."""
TREND_SEED = 7_300
SUMS = "added over scans, each counted since the scan that it was compared with"


def lesions(frame: Frame) -> Iterator[Result]:
    """Both kinds of lesions by visit and per person, with their exact trend over doses."""
    objective = objective_of_imaging(frame, "lesion_counts")
    for number, (kind, part) in enumerate(KINDS.items()):
        each = measured(frame, "lesion_counts", part)
        where: dict[str, Any] = {
            "chapter": "mri",
            "what": kind,
            "population": each.people.analysis_set,
            "objective": objective,
        }
        rows = np.flatnonzero(each.is_later() & np.isfinite(each.value))
        if not rows.size:
            warning = "no scan after dosing was counted for them"
            yield Result(**where, table="lesions", statistic="people", format="count", warning=warning)
            continue
        yield from _by_visit(frame, each, rows, where)
        totals = _totals(each, rows)
        yield from _per_person(frame, each, rows, totals, where)
        doses = each.people.doses(frame)
        seed = frame.seed + TREND_SEED + number
        yield from dose_trends(
            frame, totals, doses, seed=seed, warning=SUMS, **{**where, "table": "lesions_by_dose", "when": "all scans"}
        )


def _totals(each: Measured, rows: IntArray) -> FloatArray:
    """Each person's lesions over their scans; nan for people without any scan."""
    totals = np.full(each.people.count, np.nan)
    totals[np.unique(each.person[rows])] = 0.0
    np.add.at(totals, each.person[rows], each.value[rows])
    return totals


def _by_visit(frame: Frame, each: Measured, rows: IntArray, where: dict[str, Any]) -> Iterator[Result]:
    """People with any lesion among those scanned, at each planned visit."""
    for visit in planned_visits(frame, each):
        here = {int(each.person[row]): row for row in rows.tolist() if each.visit[row] == visit}
        if not here:
            continue
        for group, members in each.people.groups(frame):
            scanned = [person for person in members if person in here]
            having = [person for person in scanned if each.value[here[person]] > 0]
            records = [each.records[here[person]] for person in having]
            yield share(
                frame,
                len(scanned),
                len(having),
                records=records,
                **where,
                table="lesions_by_visit",
                when=visit,
                group=group,
            )


def _per_person(
    frame: Frame, each: Measured, rows: IntArray, totals: FloatArray, where: dict[str, Any]
) -> Iterator[Result]:
    """People with any lesion on any scan, the counts per person, and every person's own."""
    for group, members in each.people.groups(frame):
        scanned = [person for person in members if np.isfinite(totals[person])]
        having = {person for person in scanned if totals[person] > 0}
        records = [each.records[row] for row in rows if each.person[row] in having and each.value[row] > 0]
        same = {**where, "table": "lesions", "group": group, "when": "all scans"}
        yield share(frame, len(scanned), len(having), records=records, **same)
        if scanned:
            counts = totals[scanned]
            figures = {
                "mean": counts.mean(),
                "median": np.median(counts),
                "minimum": counts.min(),
                "maximum": counts.max(),
            }
            for statistic, value in figures.items():
                yield Result(
                    **same, statistic=f"{statistic}_per_person", value=float(value), unit="lesions", warning=SUMS
                )
    scans = np.bincount(each.person[rows], minlength=each.people.count)
    for person in np.flatnonzero(scans).tolist():
        yield Result(
            **{**where, "what": each.people.subjects[person]},
            within=where["what"],
            table="lesions_people",
            group=each.people.group_of(person),
            when=f"{scans[person]} scans",
            statistic="lesions",
            value=float(totals[person]),
            format="count",
            unit="lesions",
            records=tuple(each.records[row] for row in rows if each.person[row] == person),
        )

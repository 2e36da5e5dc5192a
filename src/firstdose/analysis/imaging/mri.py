"""The chapter on magnetic resonance imaging: lesions, brain volume and its relation to dose, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from firstdose.analysis.frame import Frame
from firstdose.analysis.imaging.brain_volume import brain_volume
from firstdose.analysis.imaging.lesions import lesions
from firstdose.analysis.imaging.scan_flags import Scan, flags_of, scan_of, scans
from firstdose.analysis.scores.measured import Measured, measured
from firstdose.records.results import Result

CHAPTER = "mri"


def mri(frame: Frame) -> Iterator[Result]:
    """Lesion counts and brain volume of the people of their endpoint's set."""
    known = scans(frame)
    yield from lesions(frame)
    volumes = measured(frame, "brain_volume")
    yield from brain_volume(frame, volumes, known)
    for each in (measured(frame, "lesion_counts"), volumes):
        yield from _flagged(each, known)


def _flagged(each: Measured, known: Mapping[tuple[str, str], Scan]) -> Iterator[Result]:
    """Every flagged score with its flags, and how many scans were read by someone who did not know the dose."""
    where: dict[str, Any] = {
        "chapter": CHAPTER,
        "within": each.name,
        "population": each.people.analysis_set,
    }
    scored = np.flatnonzero(np.isfinite(each.value)).tolist()
    if not scored:
        return
    flagged = 0
    for row in scored:
        flags = flags_of(each, row, known)
        flagged += bool(flags)
        if flags:
            yield Result(
                **where,
                table="flagged_scans",
                what=each.people.subjects[each.person[row]],
                when=each.visit[row] or f"day {each.day[row]}",
                group=each.people.group_of(int(each.person[row])),
                statistic="flags",
                text="; ".join(flags),
                records=(each.records[row], *scan_of(each, row, known).records),
            )
    readers = [scan_of(each, row, known).blinded for row in scored]
    counts = {"flagged": flagged, "reader blinded": readers.count(True), "reader not blinded": readers.count(False)}
    counts["not recorded whether the reader was blinded"] = readers.count(None)
    for what, count in counts.items():
        yield Result(
            **where,
            table="reading",
            what=what,
            statistic="scores",
            value=float(count),
            of=float(len(scored)),
            format="count",
            unit="scores",
        )

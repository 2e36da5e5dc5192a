"""Values of classes of metabolites, person by person, as the analysis tests classes on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from firstdose.protocol.plan import Protocol
    from firstdose.records.analysis_data import AnalysisData


def class_values(protocol: Protocol, data: AnalysisData, seed: int) -> pl.DataFrame:
    """One row a person, visit and class, as `CLASS_VALUES` has it; nothing without abundances or planned days."""
    import numpy as np
    import polars as pl

    from firstdose.analysis.frame import Frame
    from firstdose.analysis.metabolism.chapter import fluids_for_classes, prepared_fluids
    from firstdose.simulation.next_trial.phase_one_classes import CLASS_VALUES

    frame = Frame(protocol, data, seed)
    days = {visit.id: visit.day for visit in protocol.schedule.every_visit} if protocol.schedule else {}
    levels = dict(frame.people("treated").select("subject", "level").iter_rows())
    rows: list[tuple[object, ...]] = []
    for prepared in fluids_for_classes(frame, prepared_fluids(frame)):
        for name, members in prepared.classes.items():
            values = prepared.values[:, members]
            seen = np.isfinite(values).sum(axis=1)
            means = np.where(seen > 0, np.nansum(values, axis=1) / np.maximum(seen, 1), np.nan)
            for subject, visit, mean in zip(prepared.subjects, prepared.visits, means, strict=True):
                if visit in days and subject in levels:
                    rows.append((name, str(subject), levels[subject], days[str(visit)], float(mean)))
    return pl.DataFrame(rows, schema=CLASS_VALUES, orient="row")

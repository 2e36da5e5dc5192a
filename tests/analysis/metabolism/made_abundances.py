"""Abundances made for tests: people at doses, visits and batches, with slopes that are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from firstdose.records.abundances import FEATURE_SCHEMA, SAMPLE_SCHEMA, Abundances
from firstdose.records.problems import Problems

DOSES = (5.0, 5.0, 5.0, 10.0, 10.0, 10.0, 16.0, 16.0, 16.0, 24.0, 24.0, 24.0, 24.0, 24.0, 24.0)
VISITS = ("M0", "M3", "M12")
CLASSES = ("acyl_carnitines", "free_fatty_acids", "amino_acids")


def made_abundances(
    seed: int = 1,
    *,
    doses: Sequence[float] = DOSES,
    visits: Sequence[str] = VISITS,
    metabolites: int = 30,
    slope: float = 0.0,
    missing: float = 0.0,
    batch: str = "crossed",
    fluid: str | None = "serum",
) -> Abundances:
    """Raw abundances; the first third of the metabolites has the slope per doubling at the last visit.

    batch is "crossed" (two batches, across people), "dose" (one for each dose) or "none".
    """
    random = np.random.default_rng(seed)
    people = [f"P{number:02}" for number in range(1, len(doses) + 1)]
    rows = [(person, visit) for person in range(len(people)) for visit in range(len(visits))]
    person, visit = (np.array(each) for each in zip(*rows, strict=True))
    values = np.array(doses)
    doublings = np.log2(np.maximum(values, 1e-9) / 10)
    logs = random.normal(18, 2, metabolites) + random.normal(0, 0.4, (len(people), metabolites))[person]
    logs = logs + random.normal(0, 0.3, logs.shape)
    responds = np.arange(metabolites) < metabolites // 3
    last = (visit == len(visits) - 1) & (len(visits) > 1)
    logs += slope * (last * doublings[person])[:, None] * responds
    labels = {
        "crossed": [f"B{number % 2}" for number in person],
        "dose": [f"B{values[number]:g}" for number in person],
        "none": [None] * len(rows),
    }[batch]
    logs[random.random(logs.shape) < missing] = np.nan
    samples = pl.DataFrame(
        {
            "sample": [f"{people[who]}-{visits[when]}" for who, when in rows],
            "label": [f"{people[who]}-{visits[when]}" for who, when in rows],
            "subject": [people[who] for who in person],
            "visit": [visits[when] for when in visit],
            "dose": values[person],
            "batch": labels,
            "run_order": np.arange(1, len(rows) + 1),
            "fluid": [fluid] * len(rows),
            "kind": ["study"] * len(rows),
        },
        schema=SAMPLE_SCHEMA,
    )
    names = [f"m{number:03}" for number in range(metabolites)]
    features = pl.DataFrame(dict.fromkeys(FEATURE_SCHEMA, names)).with_columns(
        pl.Series("main_class", [CLASSES[3 * number // metabolites] for number in range(metabolites)])
    )
    return Abundances(np.exp2(logs), samples, features, None, "raw", (), Problems(()))

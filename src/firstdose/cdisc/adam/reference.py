"""The reference page of the ADaM export: every dataset and variable, its source, and what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.cdisc.adam.metadata import adam_datasets, analysis_variables
from firstdose.cdisc.adam.subject_level import PERIODS

OPENING = """\
# ADaM: every variable and its source

`firstdose export PROTOCOL DATA --to adam --out DIR` writes these datasets (structure of Implementation Guide 1.3). A
predecessor is copied; what is derived was derived by the analysis, before anything was written. Variables that hold
nothing and need not be there are left out. `conformance.csv` beside them lists what the checks found.
"""
CONVENTIONS = (
    "The day of the first treatment is study day 1, the one before it -1; the protocol and the results call it day 0.",
    "Dates are numbers with the format DATE9. in transport files, and ISO 8601 in CSV and Dataset-JSON.",
    "Flags are Y or N where both can be known, and missing where the answer is not known; a flag that marks rows is Y "
    "or missing.",
    "Codes of parameters are the recorded ones of tests, those of the items of measures, or made here; they are not "
    "published ones.",
    "Of confirmed change ADTTE has every definition; ANL01FL marks the one that leads for each measure and those that "
    "an endpoint names. The letters at the end of a code are W (worsening), P (independent of relapses), R (associated "
    "with relapses), U (unclear) and I (improvement).",
    "A text beyond 200 characters goes on in variables after it (`AETERM1`, `AETERM2`). Who counts by such a text "
    "takes all of its parts.",
)
NOT_THERE = (
    "cohorts, slots, batches and their tests, decisions, adjudications of dose-limiting toxicity: what follows from "
    "them stands in ADSL",
    "images, medications, relapses and medical history: see SDTM",
    "metabolites and samples that the analysis leaves out, and pooled controls",
)


def adam_page() -> Iterator[str]:
    """The page, line by line."""
    yield OPENING
    yield "## Conventions\n"
    yield from (f"- {convention}" for convention in CONVENTIONS)
    yield "\nThe periods of ADSL are: " + "; ".join(
        f"{number:02}, {period.value}" for number, period in enumerate(PERIODS, start=1)
    ) + ".\n"  # fmt: skip
    yield "## What is not there\n"
    yield from (f"- {lacking}" for lacking in NOT_THERE)
    for name, dataset in adam_datasets().items():
        yield f"\n## {name}: {dataset.label}\n"
        yield f"Class: {dataset.observation_class.lower()}. Keys: {', '.join(dataset.keys)}.\n"
        yield "| variable | label | type | length | core | origin | code list | source |"
        yield "|---|---|---|---|---|---|---|---|"
        for each in analysis_variables(name).values():
            kind = "date" if each.is_date else each.kind
            row = (each.name, each.label, kind, str(each.length), each.core, each.origin, each.codelist, each.source)
            yield f"| {' | '.join(row)} |"

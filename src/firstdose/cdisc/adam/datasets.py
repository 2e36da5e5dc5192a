"""All analysis datasets of a trial, ready to be checked and written."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from firstdose.cdisc.adam.adverse_events import adverse_events
from firstdose.cdisc.adam.core import Source
from firstdose.cdisc.adam.exposure import exposure
from firstdose.cdisc.adam.laboratory import laboratory
from firstdose.cdisc.adam.long_texts import in_columns
from firstdose.cdisc.adam.metabolites import metabolites
from firstdose.cdisc.adam.metadata import adam_datasets
from firstdose.cdisc.adam.scores import scores
from firstdose.cdisc.adam.subject_level import subject_level
from firstdose.cdisc.adam.times import times
from firstdose.cdisc.adam.vital_signs import vital_signs
from firstdose.cdisc.writing.datasets import Dataset, dataset_of, nothing
from firstdose.protocol import Protocol
from firstdose.records.analysis_tables import AnalysisTables

SUBJECTS = "ADSL"
MAKERS: dict[str, Callable[[Source], pl.DataFrame]] = {
    "ADAE": adverse_events,
    "ADEX": exposure,
    "ADLB": laboratory,
    "ADMB": metabolites,
    "ADQS": scores,
    "ADTTE": times,
    "ADVS": vital_signs,
}


def analysis_datasets(
    protocol: Protocol, tables: AnalysisTables, say: Callable[[str], object] = nothing
) -> list[Dataset]:
    """ADSL, and the others that have any row; none where there is nobody."""
    say(SUBJECTS)
    people = subject_level(protocol, tables)
    if not people.height:
        return []
    made = [_described(protocol, SUBJECTS, people)]
    source = Source(protocol, tables, people)
    for name, make in MAKERS.items():
        say(name)
        rows = make(source)
        if rows.height:
            made.append(_described(protocol, name, rows))
    return made


def _described(protocol: Protocol, name: str, rows: pl.DataFrame) -> Dataset:
    """Rows as a dataset, in the order of its keys; texts that are too long go on in further variables."""
    return in_columns(dataset_of(protocol.trial.id, adam_datasets()[name], _trimmed(name, rows)))


def _trimmed(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Texts without the blanks at their end, which no transport file keeps."""
    variables = adam_datasets()[name].variables
    texts = [column for column, kind in rows.schema.items() if kind == pl.String and column in variables]
    return rows.with_columns(pl.col(texts).str.strip_chars_end(" ").replace("", None))

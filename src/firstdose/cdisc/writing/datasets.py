"""All datasets of a trial, ready to be checked and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from firstdose.cdisc.domains import DOMAINS, SUPPLEMENT
from firstdose.cdisc.nci_codes import PACKAGE
from firstdose.cdisc.writing.drafts import SUPPLEMENT_SCHEMA, Draft
from firstdose.cdisc.writing.last_before_exposure import with_last_before_exposure
from firstdose.cdisc.writing.metadata import Domain, Variable, domain_of
from firstdose.cdisc.writing.observations import observations
from firstdose.cdisc.writing.relations import related_records
from firstdose.cdisc.writing.special_purpose import demographics, subject_elements, subject_visits
from firstdose.cdisc.writing.splitting import in_parts
from firstdose.cdisc.writing.timing import general_numbers, has_begun, timing_of, with_timing
from firstdose.cdisc.writing.trial_design import trial_design
from firstdose.cdisc.writing.trial_summary import TEXT_COLUMN, trial_summary
from firstdose.protocol import Protocol
from firstdose.records import NAMES, RECORDS, AdverseEvent, Death, DltAdjudication, Dosing, Supplement, TrialData

Told = Callable[[str], object]
FRAME_KINDS = {"Char": (pl.String,), "Num": (pl.Int64, pl.Float64, pl.Date)}
MAY_BE_ABSENT = ("Perm", "Cond")


@dataclass(frozen=True)
class Dataset:
    """One dataset: what is said of it, its rows, and its variables in the order of its columns."""

    name: str
    domain: Domain
    frame: pl.DataFrame
    variables: tuple[Variable, ...]


def nothing(_: str) -> None:
    """Tell nobody."""


def sdtm_datasets(
    protocol: Protocol, trial_data: TrialData, say: Told = nothing, package: str = PACKAGE
) -> list[Dataset]:
    """Every SDTM dataset of a trial, SUPP-- included, in the order of names; `package` dates the codes in TS."""
    study, made = protocol.trial.id, []
    foreign = _own_supplements(trial_data)
    for draft in _drafts(protocol, trial_data, package):
        say(draft.domain)
        whole = in_parts(draft)
        made.append(dataset_of(study, domain_of(whole.domain), _numbered(whole).frame))
        parts = [*whole.supplements, *foreign.pop(whole.domain, [])]
        several = pl.concat(
            [pl.DataFrame(schema=SUPPLEMENT_SCHEMA), *(part.select(*SUPPLEMENT_SCHEMA) for part in parts)]
        )
        if several.height:
            rows = several.with_columns(pl.lit(whole.domain).alias("RDOMAIN"))
            made.append(dataset_of(study, domain_of(f"{SUPPLEMENT}{whole.domain}"), rows))
    for domain, parts in foreign.items():
        rows = pl.concat(parts).with_columns(pl.lit(domain).alias("RDOMAIN"))
        made.append(dataset_of(study, domain_of(f"{SUPPLEMENT}{domain}"), rows))
    return sorted((each for each in made if each.frame.height), key=lambda each: each.name)


def held_domains() -> dict[str, str]:
    """The domain of each kind of record that SDTM datasets are made of."""
    found: dict[str, str] = {}
    for domain, record_types in DOMAINS.items():
        for record_type in record_types:
            found.setdefault(NAMES[record_type], domain)
    return found | {"assessments": "QS", "dosings": "EX", NAMES[Death]: "DM"}


def not_written(trial_data: TrialData) -> dict[str, int]:
    """The kinds of record of which there are any and that no dataset holds, with their numbers."""
    held = {*held_domains(), NAMES[Supplement]}
    counts = {name: trial_data.frames[name].height for name in RECORDS if name not in held}
    counts[f"earlier {NAMES[DltAdjudication]}"] = _without_place(trial_data)
    counts[f"{NAMES[Dosing]} that are only prepared"] = _only_prepared(trial_data)
    return {name: count for name, count in counts.items() if count}


def _without_place(trial_data: TrialData) -> int:
    """Adjudications that a later one replaces, or of an adverse event that is not there."""
    verdicts, events = trial_data[DltAdjudication], trial_data[AdverseEvent]
    known = verdicts.join(events, left_on=["subject", "event"], right_on=["subject", "number"], how="semi")
    return verdicts.height - known.select("subject", "event").unique().height


def _only_prepared(trial_data: TrialData) -> int:
    """Dosings of which nothing is said but what is to be given."""
    is_none = (pl.col("given") == "none").fill_null(False)
    return trial_data[Dosing].filter(~has_begun() & ~is_none).height


def _drafts(protocol: Protocol, trial_data: TrialData, package: str) -> Iterator[Draft]:
    """The drafts of all domains, with days, epochs, visit numbers and flags of the last result before exposure."""
    timing = timing_of(protocol, trial_data)
    dm = demographics(protocol, trial_data, timing)
    yield dm
    yield with_timing(subject_elements(dm), timing)
    for draft in (subject_visits(trial_data), *observations(protocol, trial_data)):
        if draft.frame.height:
            yield with_last_before_exposure(with_timing(draft, timing), timing)
    yield related_records(trial_data)
    yield from trial_design(protocol, general_numbers(protocol, trial_data))
    as_of = trial_data.as_of
    yield trial_summary(protocol, dm, as_of.isoformat() if as_of else None, package)


def _numbered(draft: Draft) -> Draft:
    """Rows in the order of their keys."""
    keys = [key for key in domain_of(draft.domain).keys if key in draft.frame.columns]
    return draft.with_frame(draft.frame.sort(keys, nulls_last=True, maintain_order=True))


def dataset_of(study: str, domain: Domain, rows: pl.DataFrame) -> Dataset:
    """Rows as a dataset: its variables in order; those left out that hold nothing and may do so."""
    named = rows.with_columns(pl.lit(study).alias("STUDYID"))
    if "DOMAIN" in domain.variables:
        named = named.with_columns(pl.lit(domain.name).alias("DOMAIN"))
    columns, variables = [], []
    for variable in (*domain.variables.values(), *_continued(domain, named)):
        kinds = FRAME_KINDS[variable.kind]
        present = variable.name in named.columns
        values = pl.col(variable.name) if present else pl.lit(None, kinds[0]).alias(variable.name)
        if present and named.schema[variable.name] not in kinds:
            values = values.cast(kinds[0])
        is_empty = not present or named[variable.name].null_count() == named.height
        if is_empty and variable.core in MAY_BE_ABSENT:
            continue
        columns.append(values)
        variables.append(variable)
    frame = named.select(columns)
    keys = [key for key in domain.keys if key in frame.columns]
    return Dataset(domain.name, domain, frame.sort(keys, nulls_last=True, maintain_order=True), tuple(variables))


def _continued(domain: Domain, rows: pl.DataFrame) -> Iterator[Variable]:
    """The further parts of a trial summary's value."""
    if domain.name == "TS":
        first = domain.variables[TEXT_COLUMN]
        number = 1
        while f"{TEXT_COLUMN}{number}" in rows.columns:
            yield Variable(f"{TEXT_COLUMN}{number}", first.label, first.kind, "Perm", first.origin)
            number += 1


def _own_supplements(trial_data: TrialData) -> dict[str, list[pl.DataFrame]]:
    """The supplements that are records of their own, by domain."""
    domains = held_domains()
    frame = trial_data[Supplement]
    by_source: Iterable[tuple[tuple[object, ...], pl.DataFrame]] = frame.partition_by("source", as_dict=True).items()
    found: dict[str, list[pl.DataFrame]] = {}
    for (source,), rows in by_source:
        domain = domains.get(str(source))
        if domain is not None:
            renamed = rows.select(
                pl.col("subject").alias("USUBJID"),
                pl.col("reference").alias("IDVAR"),
                pl.col("reference_value").alias("IDVARVAL"),
                pl.col("name").alias("QNAM"),
                pl.col("label").alias("QLABEL"),
                pl.col("value").alias("QVAL"),
                pl.col("origin").alias("QORIG"),
                pl.col("evaluator").alias("QEVAL"),
            )
            found.setdefault(domain, []).append(renamed.with_columns(pl.all().str.strip_chars_end(" ")))
    return found

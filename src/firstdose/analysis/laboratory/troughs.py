"""The chapter on troughs of the drugs around the product, and on antibodies against the donor's cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from firstdose.analysis.dose_trends import dose_trends
from firstdose.analysis.frame import Frame, Group
from firstdose.analysis.laboratory.donor_antibodies import donor_antibodies
from firstdose.analysis.laboratory.trough_draws import LEFT_OUT, USED, draws_of, is_of, trough_rows
from firstdose.analysis.shares import share
from firstdose.analysis.visit_summaries import mean_interval
from firstdose.methods.correlation_interval import spearman_interval
from firstdose.protocol.product import BackgroundTreatment, TroughTarget
from firstdose.records.results import Result

CHAPTER = "troughs"
SEED_OFFSET = 31_000
POSITIONS = ("below", "within", "above")


def troughs(frame: Frame) -> Iterator[Result]:
    """Troughs of each background treatment, per person and level and against the dose; then donor antibodies."""
    rows = trough_rows(frame)
    treatments = frame.protocol.background_treatments
    for treatment in treatments:
        own = rows.filter(is_of(treatment))
        if own.height:
            yield from _of_treatment(frame, treatment, draws_of(frame, treatment, own))
        else:
            yield _row(
                "troughs", treatment.drug, "people", format="count", warning="no trough of this drug is recorded"
            )
    others = rows.filter(~pl.any_horizontal(False, *(is_of(each) for each in treatments)))
    for (analyte,), found in others.group_by([pl.coalesce("analyte", "test")], maintain_order=True):
        warning = "the protocol names no such background treatment; these troughs are in no other figure"
        yield _row(
            "trough_draws", str(analyte), "draws", value=float(found.height), format="count", unit="draws",
            warning=warning, records=tuple(found["record"]),
        )  # fmt: skip
    yield from donor_antibodies(frame, CHAPTER)


def _of_treatment(frame: Frame, treatment: BackgroundTreatment, draws: pl.DataFrame) -> Iterator[Result]:
    """Everything about one drug."""
    target = treatment.trough_target
    unit = target.unit if target else ", ".join(draws["unit"].drop_nulls().unique().sort())
    used = draws.filter(pl.col("state") == USED).with_columns(position=_position(target))
    people = _people(used)
    yield from _draw_counts(treatment.drug, draws)
    for group in frame.groups("treated"):
        yield from _of_group(frame, treatment, group, group.rows_of(people), group.rows_of(used), unit)
    for row in people.iter_rows(named=True):
        yield from _of_person(treatment, row, unit)
    yield from _against_dose(frame, treatment.drug, people)


def _position(target: TroughTarget | None) -> pl.Expr:
    """Below, within or above the target; both its ends are within."""
    if target is None:
        return pl.lit(None, pl.String)
    value = pl.col("in_unit")
    return (
        pl.when(value < target.lowest)
        .then(pl.lit("below"))
        .when(value > target.highest)
        .then(pl.lit("above"))
        .otherwise(pl.lit("within"))
    )


def _people(used: pl.DataFrame) -> pl.DataFrame:
    """A row a person with a draw that can be used; without a geometric mean where a value is 0."""
    value = pl.col("in_unit")
    return (
        used.group_by("subject")
        .agg(
            pl.col("level").first(),
            n=pl.len(),
            mean=value.mean(),
            log_mean=pl.when((value > 0).all()).then(value.log().mean()),
            records=pl.col("record"),
            **{position: (pl.col("position") == position).sum() for position in POSITIONS},
        )
        .sort("subject")
    )


def _draw_counts(drug: str, draws: pl.DataFrame) -> Iterator[Result]:
    """How many draws there are, how many are left out and why, and what is in doubt."""
    total = float(draws.height)
    used = draws.filter(pl.col("state") == USED)
    yield _row("trough_draws", drug, USED, value=float(used.height), of=total, format="count", unit="draws")
    for state in LEFT_OUT:
        found = draws.filter(pl.col("state") == state)
        if found.height:
            yield _row(
                "trough_draws", drug, state, value=float(found.height), of=total, format="count", unit="draws",
                warning="left out of the figures", records=tuple(found["record"]),
            )  # fmt: skip
    for (doubt,), found in (
        used.filter(pl.col("doubt").is_not_null()).sort("doubt").group_by(["doubt"], maintain_order=True)
    ):
        yield _row(
            "trough_draws", drug, str(doubt), value=float(found.height), of=total, format="count", unit="draws",
            warning="used all the same", records=tuple(found["record"]),
        )  # fmt: skip


def _of_group(
    frame: Frame, treatment: BackgroundTreatment, group: Group, people: pl.DataFrame, used: pl.DataFrame, unit: str
) -> Iterator[Result]:
    """One drug in one group: people, means over people with intervals, and draws against the target."""
    drug = treatment.drug
    place = {"group": group.name}
    without = group.count - people.height
    yield _row(
        "troughs", drug, "people", value=float(people.height), of=float(group.count), format="count", unit="people",
        warning=f"{without} of {group.count} people have no trough that can be used" if without else "",
        records=tuple(used["record"]), **place,
    )  # fmt: skip
    if not people.height:
        return
    yield _mean(frame, people["mean"], drug, "mean_of_person_means", unit, group.name)
    yield _geometric(frame, people["log_mean"], drug, unit, group.name)
    if treatment.trough_target is None:
        yield _row(
            "troughs", drug, "draws_within_target", format="count", warning="the protocol has no target", **place
        )
        return
    for position in POSITIONS:
        found = used.filter(pl.col("position") == position)
        yield _row(
            "troughs", drug, f"draws_{position}_target", value=float(found.height), of=float(used.height),
            format="count", unit="draws", records=tuple(found["record"]), **place,
        )  # fmt: skip
    target = treatment.trough_target
    inside = people.filter(pl.col("mean").is_between(target.lowest, target.highest))
    yield share(
        frame, people.height, inside.height, records=inside["records"].explode().drop_nulls(), chapter=CHAPTER,
        table="troughs", what=drug, statistic="people_with_mean_within_target", population="treated", **place,
    )  # fmt: skip


def _mean(frame: Frame, values: pl.Series, drug: str, statistic: str, unit: str, group: str) -> Result:
    value, spread = _moments(values)
    limits = mean_interval(len(values), value, spread, frame.certainty)
    return _row("troughs", drug, statistic, value=value, unit=unit, group=group, **limits)


def _geometric(frame: Frame, logs: pl.Series, drug: str, unit: str, group: str) -> Result:
    """The geometric mean over people, with the interval made on logarithms."""
    statistic = "geometric_mean_of_person_means"
    known = logs.drop_nulls()
    zero = len(logs) - len(known)
    warning = f"{zero} of {len(logs)} people have a trough of 0 and no geometric mean" if zero else ""
    if known.is_empty():
        return _row("troughs", drug, statistic, unit=unit, group=group, warning=warning)
    value, spread = _moments(known)
    limits = mean_interval(len(known), value, spread, frame.certainty)
    for end in ("lower", "upper"):
        if end in limits:
            limits[end] = _exponential(limits[end])
    return _row(
        "troughs", drug, statistic, value=_exponential(value), of=float(len(known)), unit=unit, group=group,
        warning=warning, **limits,
    )  # fmt: skip


def _moments(values: pl.Series) -> tuple[float, float | None]:
    """Mean and standard deviation; no deviation of a single value."""
    rows = pl.DataFrame({"value": values}).select(mean=pl.col("value").mean(), deviation=pl.col("value").std())
    mean, deviation = rows.row(0)
    return float(mean), deviation


def _exponential(value: float) -> float:
    """The exponential; infinite where it is too large for a number."""
    with np.errstate(over="ignore"):
        return float(np.exp(value))


def _of_person(treatment: BackgroundTreatment, row: dict[str, Any], unit: str) -> Iterator[Result]:
    """One drug in one person; draws of one person are not independent, so their shares have no interval."""
    place = {"within": treatment.drug, "group": "" if row["level"] is None else str(row["level"])}
    table, who, records = "troughs_by_person", row["subject"], tuple(row["records"])
    yield _row(table, who, "draws", value=float(row["n"]), format="count", unit="draws", records=records, **place)
    yield _row(table, who, "mean", value=row["mean"], unit=unit, **place)
    is_known = row["log_mean"] is not None
    yield _row(
        table, who, "geometric_mean", value=_exponential(row["log_mean"]) if is_known else None, unit=unit,
        warning="" if is_known else "a trough is 0", **place,
    )  # fmt: skip
    if treatment.trough_target is not None:
        for position in POSITIONS:
            yield _row(
                table, who, f"draws_{position}_target", value=float(row[position]), of=float(row["n"]),
                format="count", unit="draws", **place,
            )  # fmt: skip


def _against_dose(frame: Frame, drug: str, people: pl.DataFrame) -> Iterator[Result]:
    """The trend of people's mean troughs over the dose of their level, exact where that is feasible.

    A correlation makes the effects of dose and of the drug inseparable; its absence is not shown by a wide interval.
    """
    placed = people.filter(pl.col("level").is_not_null())
    levels = placed["level"].n_unique()
    table, statistic = "trough_against_dose", "correlation"
    if placed.height < 3 or levels < 2 or placed["mean"].n_unique() < 2:
        why = f"not estimable: {placed.height} people at {levels} levels, {placed['mean'].n_unique()} different means"
        yield _row(table, drug, statistic, warning=why)
        return
    values, doses = placed["mean"].to_numpy(), np.array([frame.dose(level) for level in placed["level"]])
    place: dict[str, Any] = {"chapter": CHAPTER, "table": table, "what": drug, "population": "treated"}
    for found in dose_trends(frame, values, doses, seed=frame.seed + SEED_OFFSET, **place):
        interval = None
        if found.statistic == "correlation" and found.value is not None:
            interval = spearman_interval(found.value, placed.height, frame.certainty)
        if interval is None:
            yield found
        else:
            lower, upper = interval
            yield found._replace(lower=lower, upper=upper, confidence=frame.certainty, method="bonett_wright")


def _row(table: str, what: str, statistic: str, **fields: Any) -> Result:
    return Result(chapter=CHAPTER, table=table, what=what, statistic=statistic, population="treated", **fields)

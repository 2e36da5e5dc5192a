"""The files that the analysis of metabolites writes; no spreadsheet program computes a cell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from firstdose.analysis.metabolism.choosing import COLUMN_OF
from firstdose.analysis.metabolism.class_normalisation import what_normalisation_changes
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.metabolism.whole import FluidAnalysis
from firstdose.cli.metabolite_columns import FILES, FLUID
from firstdose.metabolites import Abundances
from firstdose.metabolites.sheets import SAMPLES, SHEET_ROW
from firstdose.protocol.metabolism import Metabolism
from firstdose.records import Problems
from firstdose.records.problems import PROBLEMS_FILE, REJECTED_FILE, Collector
from firstdose.records.spreadsheets import safe_frame


def write_tables(analyses: Sequence[FluidAnalysis], out: Path) -> list[Path]:
    """Write the figures of all fluids; with more than one, a last column says which."""
    makers = {
        "metabolites.csv": metabolite_rows,
        "classes.csv": class_rows,
        "sensitivities.csv": sensitivity_rows,
        "quality.csv": quality_frame,
    }
    written = []
    for name, maker in makers.items():
        parts = []
        for each in analyses:
            frame = maker(each)
            if len(analyses) > 1:
                frame = frame.with_columns(pl.lit(each.fitted.prepared.fluid).alias(FLUID.name))
            parts.append(frame)
        safe_frame(pl.concat(parts)).write_csv(out / name)
        written.append(out / name)
    return written


def write_lists(problems: Problems, rejected: pl.DataFrame, unmapped: pl.DataFrame, out: Path) -> list[Path]:
    """Write the problems, rows set aside, and names without a class; those files that hold something."""
    out.mkdir(parents=True, exist_ok=True)
    problems.write(out / PROBLEMS_FILE)
    safe_frame(rejected).write_csv(out / REJECTED_FILE)
    safe_frame(unmapped).write_csv(out / "unmapped.csv")
    held = {PROBLEMS_FILE: len(problems), REJECTED_FILE: rejected.height, "unmapped.csv": unmapped.height}
    return [out / name for name, count in held.items() if count]


def write_figures(
    analyses: Sequence[FluidAnalysis], plan: Metabolism, out: Path, tell: Callable[[str], None]
) -> list[Path]:
    """Draw what there are data for, each as SVG and PNG with its data as CSV, into the folder `figures`."""
    from firstdose.report.metabolism.chapter import metabolite_drawings
    from firstdose.report.metabolism.rows import figures_of_analyses
    from firstdose.report.trial.files import FIGURES, write_figure

    folder = out / FIGURES
    folder.mkdir(parents=True, exist_ok=True)
    fluids = figures_of_analyses(analyses, plan)
    written: list[Path] = []
    for drawing in (each for fluid in fluids for each in metabolite_drawings(fluid)):
        tell(f"drawing {drawing.name}")
        written += write_figure(drawing, folder)
    return written


def problems_of_analysis(read: Abundances, prepared: Sequence[Prepared], sheet: str) -> Problems:
    """What was found in reading, and the samples that are left out or stand beside others of their person and visit.

    `sheet` is the name of the file with the sheet of samples, which these are problems of.
    """
    collector = Collector()
    described = {row["sample"]: row for row in read.samples.iter_rows(named=True)}

    def where(sample: str, column: str) -> dict[str, Any]:
        """Where the sheet says something of a sample, and what."""
        row = described[sample]
        value = None if row[column] is None else str(row[column])
        at = {"file": sheet, "row": row.get(SHEET_ROW), "record": SAMPLES, "identity": sample}
        return {**at, "field": column, "value": value}

    for each in prepared:
        for left in each.left_out:
            column = COLUMN_OF.get(left.reason)
            if column is None or described[left.sample].get(SHEET_ROW) is None:
                continue  # without a value, or without a row in the sheet: reading has said so
            fix = "correct the sheet of samples if that is not so"
            collector.add(left.reason, fix, "not analysed", **where(left.sample, column))
        first: dict[tuple[str, str], str] = {}
        for sample, subject, visit in zip(each.samples, each.subjects, each.visits, strict=True):
            before = first.setdefault((str(subject), str(visit)), str(sample))
            if before != sample:
                rule = "is of the same subject and visit as another; both are used, as if they were two visits"
                fix = f"keep one of them if they are copies; the other is {before}"
                collector.add(rule, fix, "kept", **where(str(sample), "visit"))
    return read.problems + collector.all_problems()


def metabolite_rows(each: FluidAnalysis) -> pl.DataFrame:
    """One row for each metabolite that was measured, visit and term; without figures where it has none."""
    fitted = each.fitted
    place_of = {name: place for place, name in enumerate(fitted.prepared.names)}
    order = {visit: number for number, visit in enumerate(fitted.prepared.visit_order)}
    terms = sorted(fitted.terms, key=lambda term_fit: order[term_fit.term.visit])
    rows = []
    for name, main_class in fitted.prepared.quality.select("metabolite", _class_of(fitted.prepared)).iter_rows():
        place = place_of.get(name)
        for term_fit in terms:
            found = term_fit.found
            parts = (
                found.estimate, found.lower, found.upper, found.statistic, found.p, term_fit.adjusted_p,
                found.degrees_of_freedom,
            )  # fmt: skip
            figures = [None] * len(parts) if place is None else [_number(part[place]) for part in parts]
            rows.append((name, main_class, term_fit.term.visit, term_fit.term.name, *figures))
    return pl.DataFrame(rows, schema=FILES["metabolites.csv"].schema, orient="row")


def class_rows(each: FluidAnalysis) -> pl.DataFrame:
    """One row for each class and visit."""
    return pl.DataFrame(list(_class_rows(each)), schema=FILES["classes.csv"].schema, orient="row")


def sensitivity_rows(each: FluidAnalysis) -> pl.DataFrame:
    """Each slope by the other analyses, and with each cohort left out; only where there is a figure."""
    names = each.fitted.prepared.names
    rows: list[tuple[Any, ...]] = []
    for other in each.sensitivities:
        for place in np.flatnonzero(np.isfinite(other.estimate)).tolist():
            figures = (other.estimate[place], other.lower[place], other.upper[place], other.p[place])
            rows.append((names[place], other.term.visit, other.term.name, other.name, *map(_number, figures)))
    for without in each.without_cohorts:
        for cohort, estimates in zip(without.cohorts, without.estimates, strict=True):
            for place in np.flatnonzero(np.isfinite(estimates)).tolist():
                told = f"without_cohort_{cohort}"
                figure = _number(estimates[place])
                rows.append((names[place], without.term.visit, without.term.name, told, figure, None, None, None))
    return pl.DataFrame(rows, schema=FILES["sensitivities.csv"].schema, orient="row")


def quality_frame(each: FluidAnalysis) -> pl.DataFrame:
    """Missing values and variation of each metabolite, its trend over the run, and why it is left out if it is."""
    fitted, trends = each.fitted, each.trends
    names = pl.Series("metabolite", fitted.prepared.names, dtype=pl.String)
    none = np.full(len(names), np.nan)
    tested = pl.DataFrame(
        {
            "metabolite": names,
            "run_order_slope": none if trends is None else trends.slope,
            "run_order_adjusted_p": none if trends is None else trends.adjusted_p,
            "problem": list(fitted.model.problem),
        }
    ).with_columns(pl.col("run_order_slope", "run_order_adjusted_p").fill_nan(None))
    quality = fitted.prepared.quality.join(tested, on="metabolite", how="left", maintain_order="left")
    reason = pl.coalesce("left_out", pl.when(pl.col("problem") != "").then(pl.col("problem")))
    named = quality.rename({"missing": "missing_percent", "variation": "control_variation_percent"})
    return named.with_columns(reason.alias("left_out")).select(*FILES["quality.csv"].schema)


def _class_rows(each: FluidAnalysis) -> Iterator[tuple[Any, ...]]:
    for number, found in enumerate(each.classes):
        permuted, rotated = found.permutation, found.rotation
        figures = (found.mean_slope, found.slope, found.lower, found.upper, found.t, found.p, found.degrees_of_freedom)
        yield (
            found.name,
            found.term.visit,
            found.term.name,
            len(found.members),
            *map(_number, figures),
            *(
                (
                    permuted.p_doubled, permuted.p_increasing, permuted.p_decreasing, _number(found.adjusted_p),
                    permuted.smallest_attainable, permuted.arrangements, float(permuted.possible), permuted.exact,
                )
                if permuted
                else (None,) * 8
            ),
            *((rotated.p_two_sided, rotated.members) if rotated else (None, None)),
            found.problem or None,
            found.rotation_problem or None,
            *_by_normalisation(each, number),
            what_normalisation_changes(number, found, each.by_normalisation) or None,
        )  # fmt: skip


def _by_normalisation(each: FluidAnalysis, number: int) -> Iterator[float | None]:
    """Slope and p of a class without normalisation and relative to all metabolites; None where that is the main one."""
    for name in ("none", "all_metabolites"):
        other = next((one.classes[number] for one in each.by_normalisation if one.name == name), None)
        yield _number(other.slope) if other else None
        yield other.permutation.p_doubled if other and other.permutation else None


def _class_of(prepared: Prepared) -> pl.Expr:
    known = "main_class" in prepared.quality.columns
    return pl.col("main_class") if known else pl.lit(None, dtype=pl.String).alias("main_class")


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

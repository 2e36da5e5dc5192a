"""The command that analyses abundances of metabolites alone: metabolites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firstdose.cli.output_folder import Overwrite, check_folder, placed, whole_or_not

if TYPE_CHECKING:
    import polars as pl

    from firstdose.analysis.metabolism.preparing import Prepared
    from firstdose.analysis.metabolism.whole import FluidAnalysis
    from firstdose.metabolites import Abundances
    from firstdose.protocol.metabolism import Metabolism

SHOWN = 6
ABUNDANCES = "abundances.csv"
LISTS = ("problems.csv", "rejected_rows.csv", "unmapped.csv")
"""Told each time, and mended with the data."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(metabolites)


def metabolites(
    abundance: Annotated[
        Path,
        typer.Argument(
            metavar="ABUNDANCE",
            help="Abundances: mwTab, or CSV with metabolites in rows and samples in columns.",
            show_default=False,
        ),
    ],
    samples: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="CSV with the columns sample, subject, visit, dose; batch, fluid, run_order and kind where known.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results; made if it is missing.", show_default=False)],
    features: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV about metabolites: name, detection_limit.")
    ] = None,
    visits: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Visits in order, with commas; the first is the reference. If left out, in time as far as their names "
            "say it (M3, week 12, day -7, baseline, pre), the others as in the sheet, with a warning.",
        ),
    ] = None,
    scale: Annotated[
        Literal["raw", "log2"] | None, typer.Option(help="Scale of the abundances; as their units say, else raw.")
    ] = None,
    normalise: Annotated[
        Literal["automatic", "pqn", "none"],
        typer.Option(
            help="Probabilistic quotients (pqn), though never of concentrations, or none. If left out, quotients where "
            "20 metabolites vary and no class holds more than half of them."
        ),
    ] = "automatic",
    dose_scale: Annotated[
        Literal["log2", "linear"], typer.Option(help="Slopes per doubling or per unit of the dose; 0 needs linear.")
    ] = "log2",
    moderation: Annotated[
        Literal["plain", "trend", "robust", "trend-robust"], typer.Option(help="Prior of the variances.")
    ] = "plain",
    permutations: Annotated[int, typer.Option(min=99, help="Random arrangements of doses in the class tests.")] = 999,
    most_missing: Annotated[
        float, typer.Option(min=0, max=100, help="Per cent of missing values that a metabolite may have.")
    ] = 30.0,
    most_variation: Annotated[
        float, typer.Option(min=0, help="Per cent that it may vary by in pooled quality controls.")
    ] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the class tests.")] = 1,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Whether figures are drawn as well.")] = True,
    overwrite: Overwrite = False,
) -> None:
    """Metabolites by dose: for each the slope per doubling of the dose and its change over visits, moderated.

    Writes metabolites.csv, classes.csv, sensitivities.csv, quality.csv, unmapped.csv and problems.csv, with
    rejected_rows.csv for rows that cannot be used, and into figures/ a volcano, a heat map, dose responses, classes and
    quality, as SVG and PNG with their data.
    """
    from firstdose.cli.inputs import InputError
    from firstdose.cli.metabolite_columns import FILES
    from firstdose.cli.metabolite_files import problems_of_analysis, write_figures, write_lists, write_tables
    from firstdose.cli.metabolite_summary import tell, tell_if_nothing_tested, tell_reading
    from firstdose.cli.output import progress
    from firstdose.protocol.metabolism import Metabolism
    from firstdose.protocol.problems import printable

    for path in (abundance, samples, *([features] if features else [])):
        if not path.exists():
            raise InputError(f"{printable(str(path))}: there is no such file; name the file to read")
        if path.is_dir() and not (path is abundance and _holds_abundances(path)):
            wanted = "" if path is not abundance else f", and {ABUNDANCES} is not in it"
            raise InputError(f"{printable(str(path))}: is a folder{wanted}; name the file to read")
    chosen = tuple(name.strip() for name in (visits or "").split(",") if name.strip())
    if len(set(chosen)) < len(chosen):
        raise InputError(f"--visits {visits}: a visit stands twice; name each once")
    check_folder(out, [*(name for name in FILES if name not in LISTS), "figures"], overwrite=overwrite)
    plan = Metabolism(
        visits=chosen,
        scale=scale,
        normalise=normalise,
        dose_scale=dose_scale,
        moderation=moderation,
        permutations=permutations,
        most_missing=most_missing,
        most_variation=most_variation,
    )
    with progress("metabolites") as bar:
        bar.say("reading")
        read, unmapped = _read(abundance, samples, features, plan)
        _check_visits(read, chosen)
        bar.say("fitting")
        prepared, refused = _prepared(read, plan)
        problems = problems_of_analysis(read, prepared, samples.name)
        written = write_lists(problems, read.rejected, unmapped, out)
        tell_reading(read, prepared, problems, unmapped)
        if refused:
            raise InputError(refused)
        analyses = _analysed(prepared, plan, seed)
        with whole_or_not(out) as made:
            parts = write_tables(analyses, made)
            if figures:
                parts += write_figures(analyses, plan, made, bar.say)
        written += placed(parts, made, out)
    for each in analyses:
        tell(each)
    tell_if_nothing_tested(analyses)
    for path in written:
        typer.echo(f"wrote {printable(str(path))}")


def _read(abundance: Path, samples: Path, features: Path | None, plan: Metabolism) -> tuple[Abundances, pl.DataFrame]:
    """The abundances with their classes, and the names without one."""
    from firstdose.cli.inputs import InputError
    from firstdose.metabolites import read_abundances, with_classes
    from firstdose.metabolites.cells import NO_LOGARITHMS
    from firstdose.protocol.problems import printable

    read = read_abundances(abundance, samples, features, scale=plan.scale)
    wrong_scale = next((each for each in read.problems if each.rule == NO_LOGARITHMS), None)
    if wrong_scale is not None:
        told = f"{wrong_scale.rule} (--scale log2), but {wrong_scale.fix} (--scale raw)"
        raise InputError(f"{printable(str(abundance))}: {told}")
    if not read.values.size:
        told = "\n  ".join([f"{printable(str(abundance))}: no abundances can be read", *_why(read, samples.name)])
        raise InputError(told)
    classified = with_classes(read)
    return classified.abundances, classified.unmapped


def _why(read: Abundances, sheet: str) -> list[str]:
    """The first problem of each rule that the file of abundances breaks; those of the sheet follow from them."""
    of_others = [problem for problem in read.problems if problem.file != sheet]
    found = {problem.rule: problem for problem in reversed(of_others or list(read.problems))}
    return [str(problem) for problem in reversed(found.values())][:SHOWN] or ["it holds no values"]


def _holds_abundances(folder: Path) -> bool:
    """Whether a folder is one of metabolites, or that of a trial with them."""
    from firstdose.metabolites.reading import METABOLITES_FOLDER

    return any((each / ABUNDANCES).is_file() for each in (folder, folder / METABOLITES_FOLDER))


def _check_visits(read: Abundances, chosen: tuple[str, ...]) -> None:
    """Raise InputError for a visit that no sample has."""
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    found = read.samples["visit"].drop_nulls().unique(maintain_order=True).to_list()
    unknown = [each for each in chosen if each not in found]
    if unknown:
        there = printable(", ".join(found[:SHOWN])) or "none"
        raise InputError(f"--visits: no sample is of {', '.join(unknown)}; the sheet of samples has {there}")


def _prepared(read: Abundances, plan: Metabolism) -> tuple[tuple[Prepared, ...], str]:
    """Each fluid ready for its model; with none, why that is so."""
    from collections import Counter

    from firstdose.analysis.metabolism.preparing import left_out_of, prepare

    prepared = prepare(read, plan)
    if prepared:
        return prepared, ""
    reasons = Counter(each.reason for each in left_out_of(read, plan))
    told = "; ".join(f"{count} x {reason}" for reason, count in reasons.most_common()) or "there is no study sample"
    return (), f"no sample can be analysed: {told}; mend the sheet of samples (--samples)"


def _analysed(prepared: tuple[Prepared, ...], plan: Metabolism, seed: int) -> list[FluidAnalysis]:
    """The analysis of each fluid; InputError where the data do not allow it."""
    from firstdose.analysis.metabolism.layout import NotAnalysable
    from firstdose.analysis.metabolism.whole import analyse_fluid
    from firstdose.cli.inputs import InputError

    try:
        return [analyse_fluid(each, plan, seed=seed) for each in prepared]
    except NotAnalysable as error:
        option = " (--dose-scale linear)" if plan.dose_scale == "log2" and "dose of 0" in str(error) else ""
        raise InputError(f"{error}{option}") from None

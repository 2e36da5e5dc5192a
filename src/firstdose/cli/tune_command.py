"""The command that searches a design and its settings against stated aims: tune."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.cluster_option import Cluster, Workers, where_to_run
from firstdose.cli.design_commands import AsJson, ProtocolFile
from firstdose.cli.output_folder import Overwrite, check_folder, is_same, placed, whole_or_not

if TYPE_CHECKING:
    from firstdose.protocol.plan import Protocol
    from firstdose.simulation.tuning import Engines, Plan, Tuned
    from firstdose.simulation.tuning.scoring import Value
    from firstdose.simulation.tuning.search import Effort

PLAN_BESIDE = "tuning.yaml"
JOURNAL_NAME, TABLE_NAME, BEST_NAME = "journal.jsonl", "tuning.csv", "best.yaml"
PAGE_NAME, PROVENANCE_NAME = "tune.html", "provenance.json"
PICTURES = ("pareto.svg", "pareto.png")
WRITTEN = (TABLE_NAME, BEST_NAME, PAGE_NAME, PROVENANCE_NAME, *PICTURES)
"""What a search writes at its end; its journal is there before."""

PlanFile = Annotated[
    Path | None,
    typer.Option("--plan", metavar="PLAN", help="The plan (YAML); without it tuning.yaml beside the protocol."),
]
Folder = Annotated[Path, typer.Option(help="Folder for what is found; made if it is missing.", show_default=False)]
MostSettings = Annotated[
    int, typer.Option(min=2, max=100_000, help="Most settings looked at; a plan with more is searched in part.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the settings drawn and of simulated trials.")]
States = Annotated[int, typer.Option(min=1, help="Most states in one step of the exact engine.")]
Trials = Annotated[
    int, typer.Option(min=100, max=1_000_000, help="Simulated trials a curve, where the exact engine cannot be used.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(tune)


def tune(
    protocol: ProtocolFile,
    out: Folder,
    plan: PlanFile = None,
    most_settings: MostSettings = 5_000,
    seed: Seed = 1,
    states: States = 2_000_000,
    trials: Trials = 2_000,
    workers: Workers = None,
    cluster: Cluster = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Search a design and its settings against stated aims and constraints.

    The plan says what may be chosen (designs, their settings, cohort size, maximum, start level, guards), what is aimed
    at, what must be kept to, and under which true curves. Every setting is computed exactly where that can be. The
    winner is scored on curves that the search did not see, beside the protocol as it is written.

    Writes tune.html with the Pareto picture, tuning.csv with every setting and figure, best.yaml (the protocol with the
    winner's escalation), pareto.svg, pareto.png, provenance.json, and journal.jsonl: a search that was interrupted goes
    on where it was when the same command is given again.
    """
    from firstdose.cli.beside_protocol import beside
    from firstdose.cli.inputs import InputError, input_errors, read_rule
    from firstdose.cli.output import show_json
    from firstdose.simulation.tuning import Engines, read_plan, why_no_winner
    from firstdose.simulation.tuning.search import Effort

    read, _ = read_rule(protocol)
    plan_file = plan or beside(protocol, PLAN_BESIDE, "--plan", "a plan must say what may be chosen")
    _spare_what_is_read(protocol, plan_file, out)
    goes_on = _is_of_the_same(protocol, plan_file, out)
    check_folder(out, WRITTEN, overwrite=overwrite or goes_on)
    with input_errors():
        chosen = read_plan(plan_file, read)
    out.mkdir(parents=True, exist_ok=True)
    engines, effort = Engines(states, trials, seed), Effort(most_settings, seed)
    found = _searched(read, chosen, engines, effort, (cluster, workers), out)
    written = _write(found, protocol, plan_file, out)
    if as_json:
        show_json(found.as_json())
    if found.winner is None:
        raise InputError(f"{why_no_winner(found)}\nevery setting is in {out / TABLE_NAME}")
    if not as_json:
        _tell(found)
        for path in written:
            typer.echo(f"wrote {path}")


def _is_of_the_same(protocol: Path, plan: Path, out: Path) -> bool:
    """Whether a folder holds an earlier search of these very files, with which this one goes on."""
    import json

    try:
        made_from = json.loads((out / PROVENANCE_NAME).read_text("utf-8"))
        return bool(made_from["protocol"] == _file(protocol) and made_from["plan"] == _file(plan))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _spare_what_is_read(protocol: Path, plan: Path, out: Path) -> None:
    """Refuse a folder in which a file that is read would be written over."""
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    for path in (protocol, plan):
        if any(is_same(path, out / name) for name in (*WRITTEN, JOURNAL_NAME)):
            raise InputError(
                f"--out {printable(str(out))}: {printable(path.name)} in it would be written over; name another"
            )


def _searched(
    protocol: Protocol, plan: Plan, engines: Engines, effort: Effort, machines: tuple[str | None, int | None], out: Path
) -> Tuned:
    """The search, with its journal in the folder and a progress bar."""
    from firstdose.cli.inputs import InputError, input_errors
    from firstdose.cli.output import progress
    from firstdose.simulation.tuning import Journal, NothingPossible, tune

    journal = Journal(out / JOURNAL_NAME).read()
    try:
        with input_errors(), where_to_run(*machines) as run, progress("settings") as bar:
            return tune(protocol, plan, engines=engines, effort=effort, run=run, journal=journal, progress=bar)
    except NothingPossible as nothing:
        raise InputError(str(nothing)) from None
    except KeyboardInterrupt:
        typer.echo("the same command goes on from here; what was found is kept in the folder", err=True)
        raise
    finally:
        journal.close()


def _write(found: Tuned, protocol: Path, plan: Path, out: Path) -> list[Path]:
    """Everything in the place of what an earlier search wrote; of a winner that is no more nothing stays."""
    with whole_or_not(out) as made:
        written = _made(found, protocol, plan, made)
        for name in WRITTEN:
            (out / name).unlink(missing_ok=True)
    return placed(written, made, out)


def _made(found: Tuned, protocol: Path, plan: Path, out: Path) -> list[Path]:
    """The table always; the page, the picture and the protocol of the winner where there is one."""
    import csv
    import json

    from firstdose import __version__
    from firstdose.cli.clock import today
    from firstdose.protocol.problems import printable
    from firstdose.report.tuning.page import Origin, render_tuning
    from firstdose.report.tuning.pictures import pareto_drawing
    from firstdose.simulation.tuning import protocol_text, table_rows

    table, best, page = out / TABLE_NAME, out / BEST_NAME, out / PAGE_NAME
    svg, png, provenance = *(out / name for name in PICTURES), out / PROVENANCE_NAME
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table_rows(found))
    document = json.dumps(_provenance(found, protocol, plan), indent=1, allow_nan=False)
    provenance.write_text(f"{document}\n", encoding="utf-8", newline="\n")
    if found.winner is None:
        return [table, provenance]
    drawing = pareto_drawing(found)
    picture = drawing.picture()
    svg.write_text(picture.svg, encoding="utf-8", newline="\n")
    png.write_bytes(drawing.png())
    origin = Origin(protocol.name, plan.name, __version__, today())
    page.write_text(render_tuning(found, picture, origin), encoding="utf-8", newline="\n")
    names = f"{printable(protocol.name)} and {printable(plan.name)}"
    note = f"Made by `firstdose tune` (Firstdose {__version__}) from {names}: setting {found.winner} won."
    best.write_text(
        protocol_text(protocol.read_text(encoding="utf-8-sig"), found.setting(found.winner), note),
        encoding="utf-8",
        newline="\n",
    )
    return [page, table, best, svg, png, provenance]


def _provenance(found: Tuned, protocol: Path, plan: Path) -> dict[str, object]:
    """What the figures rest on: files by their content, version, seed, engines."""
    from dataclasses import asdict

    from firstdose import __version__

    return {
        "version": __version__,
        "protocol": _file(protocol),
        "plan": _file(plan),
        "engines": asdict(found.engines),
        "effort": asdict(found.effort),
        "settings": found.searched.space.size,
        "looked_at": found.searched.looked_at,
        "methods": found.methods,
        "winner": found.winner,
    }


def _file(path: Path) -> dict[str, str]:
    """A file by its name and content."""
    from hashlib import sha256

    return {"file": path.name, "sha256": sha256(path.read_bytes()).hexdigest()}


def _tell(found: Tuned) -> None:
    """The winner, its figures under seen and unseen curves, and how much was searched."""
    from firstdose.cli.output import show_table
    from firstdose.simulation.tuning.families import unlike_words

    searched = found.searched
    part = "all" if searched.is_whole else "a part, at random and then by steps from the best"
    typer.echo(f"{found.plan.name}: {searched.looked_at:,} of {searched.space.size:,} settings looked at ({part})")
    methods = ", ".join(f"{count:,} {name}" for name, count in found.methods.items())
    typer.echo(f"{methods}; {searched.taken:,} taken from the journal; {len(searched.impossible):,} make no protocol")
    typer.echo(f"{len(found.keeping):,} keep to the constraints, {len(found.front):,} on the front")
    assert found.winner is not None
    typer.echo(f"\nThe winner, setting {found.winner}: {found.setting(found.winner).words}\n")

    lines = []
    for place, score in enumerate(found.scores):
        goal = score.goal
        kept = "" if score.keeps is None else "yes" if score.keeps else "NO"
        cells = [_cell(value) for value in (score.seen, score.unseen, score.worse)]
        own = _cell(found.own_scores[place].unseen) if found.own_scores else "-"
        lines.append([f"{goal.figure}, {goal.over}, {goal.by}", *cells, kept, own])
    show_table(["aim or constraint", "search", "unseen", "worse by", "kept", "as written, unseen"], lines)
    for caution in found.cautions:
        typer.echo(f"mind: {caution}")
    if words := unlike_words(found.plan):
        typer.echo(f"mind: {words}")
    if any(score.keeps is False for score in found.scores):
        typer.echo("mind: under unseen curves the winner does not keep to every constraint")


def _cell(value: Value) -> str:
    """A figure, and its standard error over the curves."""
    return f"{value.value:.4f}" + ("" if value.standard_error is None else f" ± {value.standard_error:.4f}")

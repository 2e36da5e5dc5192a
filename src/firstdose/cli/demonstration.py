"""The demonstration: the reference trial from its protocol file over a virtual trial to results; trials replayed."""

from __future__ import annotations

from html import escape
from importlib.resources import as_file, files
from pathlib import Path

import typer

from firstdose.cli.analyse_command import analyse
from firstdose.cli.clock import today
from firstdose.cli.engines import characteristics
from firstdose.cli.inputs import input_errors, read_rule, read_scenarios
from firstdose.cli.output import progress
from firstdose.cli.simulate_command import simulate
from firstdose.cli.tables import show_characteristics, show_tree
from firstdose.designs.history import History
from firstdose.report.design_report import write_design_report
from firstdose.report.replay import read_published
from firstdose.report.replay_page import write_published_trials
from firstdose.report.results_page import PAGE_NAME
from firstdose.simulation.pathways import pathways

REFERENCE = "nsc-spms"
TRUTH = "0.05,0.10,0.15,0.25"
SEED = 1
TRIAL, ANALYSIS = "virtual-trial", "analysis"
INTRODUCTION = (
    "The reference trial NCT03282760: allogeneic neural stem cells at 5, 10, 16 or 24 million cells, injected once "
    "into the brain's ventricles of people with progressive multiple sclerosis."
)


def run_demo(out: Path) -> None:
    """Write everything into a folder, telling on the way what is done and how to do it alone."""
    with as_file(files("firstdose") / "examples") as examples:
        if not (examples / REFERENCE / "protocol.yaml").is_file():
            raise FileNotFoundError(2, "the examples are missing from this installation", str(examples))
        _demonstrate(examples, out)


def _demonstrate(examples: Path, out: Path) -> None:
    file = examples / REFERENCE / "protocol.yaml"
    typer.echo(f"{INTRODUCTION}\n")
    _say("The protocol file is read and checked", f"firstdose check examples/{REFERENCE}/protocol.yaml")
    read, rule = read_rule(file)
    _say("How its rule behaves, exactly", f"firstdose oc examples/{REFERENCE}/protocol.yaml --truth {TRUTH}")
    scenarios = read_scenarios(rule, [TRUTH], "steps", 0, 0)
    show_characteristics(characteristics(rule, scenarios, "exact", 0.0, 5_000_000, 0, 0))
    _say("What each coming outcome would lead to", f"firstdose pathways examples/{REFERENCE}/protocol.yaml --cohorts 1")
    show_tree(pathways(rule, History(), 1))
    typer.echo("")
    _say(
        "The design report, to attach to the protocol",
        f"firstdose design examples/{REFERENCE}/protocol.yaml --out {out}",
    )
    with input_errors(), progress("design report") as bar:
        written = list(write_design_report(read, rule, out, today(), bar.say))
    _make_trial(file, out)
    _analyse_trial(file, out)
    written.append(out / ANALYSIS / PAGE_NAME)
    _say(
        "Published trials under each design",
        "firstdose decide examples/published/levy2006/protocol.yaml --outcomes ...",
    )
    with input_errors(), progress("published trials"):
        trials = list(read_published(examples / "published"))
        written.append(write_published_trials(trials, out, today()))
    written.insert(0, _write_index(out, written))
    for path in written:
        typer.echo(f"wrote {path}")


def _make_trial(file: Path, out: Path) -> None:
    """A virtual trial of the reference protocol; one that an earlier demonstration made is replaced."""
    where = out / TRIAL
    _say(
        "A virtual trial, whose truth is known",
        f"firstdose simulate examples/{REFERENCE}/protocol.yaml --seed {SEED} --out {where}",
    )
    simulate(file, SEED, where, overwrite=True)
    typer.echo("")


def _analyse_trial(file: Path, out: Path) -> None:
    """The results of that trial."""
    where = out / ANALYSIS
    _say("Its results", f"firstdose analyse examples/{REFERENCE}/protocol.yaml {out / TRIAL} --out {where}")
    analyse(file, out / TRIAL, where)
    typer.echo("")


def _say(what: str, command: str) -> None:
    typer.echo(f"# {what}: {command}")


def _write_index(out: Path, written: list[Path]) -> Path:
    """A page that leads to the others."""
    names = [path.relative_to(out).as_posix() for path in written]
    links = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in names)
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Firstdose demonstration</title>'
        "<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;"
        f"padding:0 1rem}}</style></head><body><main><h1>Firstdose demonstration</h1><p>{escape(INTRODUCTION)}</p>"
        f"<ul>{links}</ul></main></body></html>\n"
    )
    index = out / "index.html"
    index.write_text(page, encoding="utf-8")
    return index

"""The example at the end of each command's help works when it is pasted."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from firstdose.cli import app
from firstdose.cli.command_words import IN_FEW_WORDS
from firstdose.conduct.ledger import Ledger, make_key
from firstdose.web.configuration import Configuration
from tests.cli.running import DONE, EXAMPLES, run
from tests.conduct.ledger.places import COORDINATOR, entered

ON_LEDGERS = ("create", "verify", "backup", "restore", "rebuild", "heads", "odm")
ALONE = [name for name in IN_FEW_WORDS if name not in (*ON_LEDGERS, "ledger")]
TAKE_LONG = ("demo", "next", "report", "serve", "tune", "validate")
"""Run by tests of their own, or for ever; of their examples the words are tried alone."""


def example(*command: str) -> list[str]:
    """The words after `firstdose`, as a shell takes them from the last lines of the help."""
    lines = run(*command, "--help").out.rstrip().splitlines()
    begun = max(number for number, line in enumerate(lines) if line.startswith("  Example"))
    words = shlex.split("\n".join(lines[begun + 1 :]).replace("\\\n", ""))  # shlex does not join lines as shells do
    assert words[0] == "firstdose"
    assert words[1 : len(command) + 1] == list(command)
    return words[1:]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds examples/ and a site as the demonstration's, and nothing set in the environment."""
    for name in ("DATABASE_URL", "FIRSTDOSE_KEY_FILE", "FIRSTDOSE_HEADS_FILE", "FIRSTDOSE_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    os.symlink(EXAMPLES, tmp_path / "examples", target_is_directory=True)
    site = Configuration.of({"FIRSTDOSE_FOLDER": "firstdose-demo-site"})
    site.key_file.parent.mkdir(parents=True)
    ledger = Ledger.create(site.database_url, make_key(site.key_file), lambda: datetime.now(UTC))
    ledger.write(COORDINATOR, [entered("S01-1", pulse="60")])
    ledger.close()
    return tmp_path


@pytest.mark.parametrize("command", [name for name in ALONE if name not in TAKE_LONG])
def test_the_example_of_a_command_works(command: str, place: Path) -> None:
    ran = run(*example(command))
    assert ran.status == DONE, ran.err
    if "--out" in example(command):
        assert any((place / example(command)[-1]).iterdir())


@pytest.mark.parametrize("command", TAKE_LONG)
def test_the_words_of_an_example_that_takes_long_are_understood(command: str, place: Path) -> None:
    words = example(command)
    whole = typer.main.get_command(app)
    assert isinstance(whole, typer.core.TyperGroup)
    with whole.make_context("firstdose", words) as context:
        found = whole.get_command(context, command)
        assert found is not None
        with found.make_context(command, words[1:], parent=context) as understood:
            given = [value for value in understood.params.values() if isinstance(value, Path)]
            assert all((place / each).exists() for each in given if each.parts[0] == "examples")


def test_the_examples_on_a_ledger_work_one_after_another(place: Path) -> None:
    for name in ON_LEDGERS:
        ran = run(*example("ledger", name))
        assert ran.status == DONE, (name, ran.err)
    assert {"trial.sqlite3", "trial.key", "copy.gz", "restored.sqlite3", "trial.xml"} <= set(os.listdir(place))

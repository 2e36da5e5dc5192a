"""Writes what the user sees: JSON documents, plain tables, and progress that appears only when it takes long."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from firstdose.cli.encodings import holds_everything

SECONDS_BEFORE_PROGRESS = 1.0


def show_json(document: Any) -> None:
    """One JSON document on standard output and nothing else; in ASCII where that is not in UTF-8."""
    in_ascii = not holds_everything(sys.stdout)
    typer.echo(json.dumps(document, indent=1, allow_nan=False, ensure_ascii=in_ascii))


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table: the first column to the left, the others to the right."""
    cells = [list(headings), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    for index, row in enumerate(cells):
        words = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        typer.echo("  ".join(words).rstrip())
        if index == 0:
            typer.echo("  ".join("-" * width for width in widths))


def percent(value: float | None) -> str:
    """A probability as a percentage with one decimal; what is possible but rounds to nothing is "<0.1"."""
    if value is None:
        return "-"
    return "<0.1" if 0 < value < 0.0005 else f"{100 * value:.1f}"


def number(value: float | None) -> str:
    """A mean with two decimals."""
    return "-" if value is None else f"{value:.2f}"


def _shows_bars() -> bool:
    """Whether standard error is a terminal that can draw one line over another."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class Progress:
    """A progress bar on standard error, drawn only once a task has taken a second."""

    def __init__(self, task: str) -> None:
        self.task, self.began, self.bar, self.row = task, time.monotonic(), None, None

    bar: Any
    row: Any

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """Tell how much is done, of how much when that is known."""
        if self.bar is None:
            if time.monotonic() - self.began < SECONDS_BEFORE_PROGRESS or not _shows_bars():
                return
            from rich.console import Console
            from rich.progress import Progress as Bar

            self.bar = Bar(console=Console(stderr=True), transient=True)
            self.bar.start()
            self.row = self.bar.add_task(self.task, total=total)
        self.bar.update(self.row, completed=done, total=total, description=f"{self.task} {note}".strip())

    def say(self, what: str) -> None:
        """Tell what is being done, when nobody knows how much is left."""
        self(0, None, what)

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()


@contextmanager
def progress(task: str) -> Iterator[Progress]:
    """A progress bar for the time of a task."""
    bar = Progress(task)
    try:
        yield bar
    finally:
        bar.close()

"""The `firstdose` command: its sub-commands, and what becomes of errors."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
import threading
from typing import TextIO

import typer

from firstdose import __version__
from firstdose.cli import (
    analyse_command,
    design_commands,
    evaluation_commands,
    export_command,
    ledger_commands,
    metabolite_commands,
    next_command,
    odm_command,
    report_command,
    serve_command,
    simulate_command,
    trial_commands,
    tune_command,
)
from firstdose.cli.command_words import give_words
from firstdose.cli.encodings import refuse_what_is_no_text, write_what_can_be_written
from firstdose.cli.readers import outlive_readers, reader_is_gone

DONE, WRONG_INPUT, INTERRUPTED, NOBODY_READ = 0, 1, 130, 141
"""The last two are what shells say of a command that an interrupt ends, or a pipe that nobody reads."""

OBJECTS_BETWEEN_COLLECTIONS = 1_000_000
"""Most objects of a command live to its end: to look through them as often as Python does takes a tenth of it. For the
same reason nobody looks through them once more when it ends."""
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS")
"""Who sets them is followed. Else one: matrices and tables are small, threads that wait for each other take ten times
as long on a busy machine, and sums in another order would make the last digit depend on the number of cores."""

app = typer.Typer(
    name="firstdose",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "A first-in-human, dose-escalation trial of a cell therapy, from one protocol file.\n\n"
        "Begin with `firstdose demo`, or with `firstdose check protocol.yaml`. Figures are exact unless they say "
        "monte-carlo. Firstdose advises; people decide.\n\n"
        "Exit status: 0 done, 1 the input is wrong or unreadable, 2 wrong usage, 141 done and its files written whole, "
        "but whoever read the output had gone (as after `| head`)."
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"firstdose {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """Options of all commands."""


for commands in (
    design_commands,
    trial_commands,
    simulate_command,
    next_command,
    tune_command,
    analyse_command,
    metabolite_commands,
    report_command,
    serve_command,
    ledger_commands,
    odm_command,
    export_command,
    evaluation_commands,
):
    commands.register(app)
give_words(app)
give_words(ledger_commands.ledger_app, "ledger")


def _end_if_threads_stay() -> None:
    """End this process at once where a thread that shared out work stays, for which Python might wait for ever."""
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        from multiprocessing import util

        # gives back semaphores; those of lower priority wait for threads
        util._run_finalizers(0)  # type: ignore[attr-defined]
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit status. Errors of the input are one message each on standard error, never a traceback."""
    for threads in THREADS:
        os.environ.setdefault(threads, "1")
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    atexit.register(gc.freeze)
    outlive_readers()
    write_what_can_be_written()
    try:
        refuse_what_is_no_text(sys.argv[1:] if arguments is None else arguments)
        app(arguments, prog_name="firstdose", standalone_mode=True)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            typer.echo("interrupted", err=True)
            _end_if_threads_stay()
        return _leave(end.code)
    except Exception as error:
        message = input_error(error)
        if message is None:
            raise
        _tell(message)
        if isinstance(error, OSError):
            _discard(sys.stdout)
        return _leave(WRONG_INPUT)
    return DONE


def _tell(message: str) -> None:
    """Print on standard error; where that goes to a full disk too, the exit status alone tells."""
    try:
        typer.echo(message, err=True)
    except OSError:
        _discard(sys.stderr)


def input_error(error: Exception) -> str | None:
    """What to tell the user, when an error is about the input; None when it is a defect of Firstdose."""
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    if isinstance(error, InputError):
        return str(error)
    if not isinstance(error, OSError):
        return None
    if error.filename is None:
        return f"the output could not be written: {error.strerror or error}; make room for it or send it elsewhere"
    return f"{printable(str(error.filename))}: {error.strerror}; name a file or folder that can be read and written"


def _discard(stream: TextIO) -> None:
    """Let what is still to be printed go nowhere, so that Python does not fail on it once more when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _leave(code: object) -> int:
    status = code if isinstance(code, int) else WRONG_INPUT
    sys.exit(NOBODY_READ if status == DONE and reader_is_gone() else status)

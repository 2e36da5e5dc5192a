"""Files that a command wants beside the protocol, and what to do where there are none: begin with a shipped one."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from firstdose.cli.inputs import InputError
from firstdose.protocol.problems import printable

REFERENCE = "nsc-spms"


def beside(protocol: Path, name: str, option: str, what: str) -> Path:
    """The file of this name beside a protocol; without one, InputError tells of the option and of one to begin with.

    ``what`` says what such a file is for.
    """
    wanted = protocol.with_name(name)
    if wanted.exists() or not protocol.is_file():
        return wanted
    raise InputError(
        f"{printable(str(wanted))}: there is no such file, and {what}; name one with {option} FILE{_example(name)}"
    )


def refuse_absent(path: Path, shipped: str) -> None:
    """InputError for a file that is not there, which tells of the shipped one to begin with."""
    if not path.exists():
        raise InputError(f"{printable(str(path))}: there is no such file; check its name{_example(shipped)}")


def _example(name: str) -> str:
    """Where the reference trial's file of this name stands; nothing where the examples are not installed."""
    shipped = Path(str(files("firstdose"))) / "examples" / REFERENCE / name
    if not shipped.is_file():
        return ""
    return f", or begin with a copy of {printable(str(shipped))}, that of the reference trial"

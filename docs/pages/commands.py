"""The page on commands."""

from __future__ import annotations

from collections.abc import Iterator

from typer.testing import CliRunner

from firstdose.cli import app


def command_names() -> list[str]:
    """The names of all commands, in the order of the help."""
    alone = [str(command.name or command.callback.__name__) for command in app.registered_commands if command.callback]
    return [*alone, *(str(group.name) for group in app.registered_groups)]


def names_within(name: str) -> list[str]:
    """The names of the commands within a command, in the order of the help; most have none."""
    groups = [group.typer_instance for group in app.registered_groups if group.name == name and group.typer_instance]
    return [
        str(command.name or command.callback.__name__)
        for each in groups
        for command in each.registered_commands
        if command.callback
    ]


def commands_page() -> Iterator[str]:
    """The help of every command."""
    yield "# Commands\n"
    yield (
        "Exit status: 0 done, 1 the input is wrong or unreadable, 2 wrong usage, 141 done and its files written whole, "
        "but whoever read the output had gone (as after `| head`). `--json` prints one JSON document on standard "
        "output and nothing else; messages and progress go to standard error.\n"
    )
    yield from help_of()
    for name in command_names():
        yield f"## `{name}`\n"
        yield from help_of(name)
        for inner in names_within(name):
            yield f"### `{name} {inner}`\n"
            yield from help_of(name, inner)


def help_of(*command: str) -> Iterator[str]:
    """What a command prints with --help, 80 columns wide."""
    found = CliRunner().invoke(app, [*command, "--help"], prog_name="firstdose", env={"COLUMNS": "80"})
    yield "```text"
    yield "\n".join(line.rstrip() for line in found.output.strip().splitlines())
    yield "```\n"

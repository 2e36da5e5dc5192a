"""The page on the scenario file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_origin

from docs.pages.words import prose, row

from firstdose.protocol.describe import Key, bare, keys_of, section_of
from firstdose.protocol.reference import TABLE_HEAD, key_row
from firstdose.simulation.virtual import parameters
from firstdose.simulation.virtual.scenario import ScenarioSections


def scenario_page() -> Iterator[str]:
    """Every key of a scenario file; the kinds of parameter, which come back everywhere, once at the end."""
    yield "# The scenario file\n"
    yield (
        "One YAML file says what is true in the virtual trials of a protocol; `firstdose simulate` takes "
        "`scenario.yaml` beside the protocol file, or the one that `--scenario` names. It is read as strictly as a "
        "protocol file. Every parameter holds its value with its source. The page on [virtual trials]"
        "(../methods/virtual-trial.md) says what is made of them.\n"
    )
    yield from scenario_section("", ScenarioSections)
    yield "## Kinds of parameter\n"
    for kind in PARAMETERS:
        yield f"### {kind.__name__}\n\n{prose(kind)}\n"
        yield TABLE_HEAD
        yield from map(key_row, keys_of(kind).values())
        yield ""


PARAMETERS: tuple[type, ...] = tuple(
    kind for kind in vars(parameters).values() if isinstance(kind, type) and kind.__module__ == parameters.__name__
)


def scenario_section(place: str, section: type) -> Iterator[str]:
    """A table of a section's keys, each parameter with a link to its kind, then the sections inside it."""
    if place:
        yield f"## `{place}`\n\n{prose(section)}\n"
    yield TABLE_HEAD
    keys = keys_of(section).values()
    yield from map(scenario_row, keys)
    yield ""
    for key in keys:
        inner = section_of(key.annotation)
        if inner is not None and inner not in PARAMETERS:
            is_list = get_origin(bare(key.annotation)) is tuple
            yield from scenario_section(f"{place}.{key.name}".lstrip(".") + ("[]" if is_list else ""), inner)


def scenario_row(key: Key) -> str:
    """One key of a scenario as a row."""
    inner, part = bare(key.annotation), section_of(key.annotation)
    if part is None:
        return key_row(key)
    is_list = get_origin(inner) is tuple
    kind = f"[{part.__name__}](#{part.__name__.lower()})" if part in PARAMETERS else "a section of its own, below"
    needed = "**required**" if key.is_required else "none" if key.default is None else "the defaults of its keys"
    return row(f"`{key.name}`", f"a list, each item {kind}" if is_list else kind, needed, key.meaning.words)

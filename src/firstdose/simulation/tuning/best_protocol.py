"""The protocol with the escalation of a setting, as the text of a file; everything else stays as it is written."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from firstdose.protocol.problems import ProblemsFound, and_around
from firstdose.protocol.reading import examine_text
from firstdose.simulation.tuning.space import Setting, problems_of

WIDTH = 100_000
"""No line is broken that was not."""
ASSUMED = re.compile(r"assumed\[(\d+)\]")


def protocol_text(text: str, setting: Setting, note: str) -> str:
    """The text with the setting in its section `escalation`; ``note`` is a comment on top.

    Keys of other sections, and comments, are kept. An entry of `assumed` that speaks of a key which has changed, or is
    no longer there, is left out. Raises ProblemsFound where the outcome is no valid protocol.
    """
    yaml, document = _changed(text, setting)
    made = _without_lost_assumptions(yaml, document, note)
    examined = examine_text(made, "best.yaml")
    problems = [*examined.problems, *(problems_of(examined.protocol) if examined.protocol else ())]
    if problems or examined.protocol is None:
        raise ProblemsFound(problems)
    before = examine_text(text).protocol
    assert before is not None
    expected = replace(before, escalation=setting.escalation, assumed=examined.protocol.assumed)
    if examined.protocol != expected:
        raise ValueError("the protocol that was written is not the one that was meant")
    return made


def _changed(text: str, setting: Setting) -> tuple[YAML, Any]:
    yaml = _round_trip()
    document = yaml.load(text)
    escalation = document["escalation"]
    changed = []
    for key, value in setting.as_plain().items():
        is_stated = key in escalation
        if (escalation[key] != value) if is_stated else (value not in ({}, [], False)):
            escalation[key] = _in_flow(value)
            changed.append(f"escalation.{key}")
    assumed = document.get("assumed", [])
    _drop(document, [place for place, each in enumerate(assumed) if set(and_around(each["path"])) & set(changed)])
    return yaml, document


def _drop(document: Any, places: Sequence[int]) -> None:
    """Take entries of `assumed` out."""
    for place in sorted(places, reverse=True):
        del document["assumed"][place]
    if places and not document["assumed"]:
        del document["assumed"]


def _without_lost_assumptions(yaml: YAML, document: Any, note: str) -> str:
    """The text, once no entry of `assumed` speaks of a key that is not there."""
    while True:
        made = _written(yaml, document, note)
        problems = examine_text(made, "best.yaml").problems
        gone = {int(found[1]) - 1 for each in problems if (found := ASSUMED.match(each.place.key))}
        if not gone:
            return made
        _drop(document, sorted(gone))


def _round_trip() -> YAML:
    yaml = YAML()
    yaml.width = WIDTH
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _written(yaml: YAML, document: Any, note: str) -> str:
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    return "".join(f"# {line}\n" for line in note.splitlines()) + buffer.getvalue()


def _in_flow(value: Any) -> Any:
    """A value that is written on one line, as short settings are."""
    if isinstance(value, Mapping):
        made = CommentedMap({key: _in_flow(item) for key, item in value.items()})
        made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq([_in_flow(item) for item in value])
        listed.fa.set_flow_style()
        return listed
    return value

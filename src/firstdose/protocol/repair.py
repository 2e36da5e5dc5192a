"""Sets wrong values aside, so that a section can be read without them and its other keys are checked too."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from typing import Any

from firstdose.protocol.describe import annotation_at, bare, keys_of, section_of
from firstdose.protocol.problems import Path
from firstdose.protocol.shape import value_at

STAND_IN = 1  # lies within the limits of every number that a section requires


@dataclasses.dataclass(frozen=True)
class Repaired:
    """Plain values without the wrong ones, and the paths of the stand-ins among them."""

    value: Any
    stand_ins: tuple[Path, ...]


def repair(value: Any, wrong: Sequence[Path], annotation: Any) -> Repaired:
    """Take wrong values out, or what is around them where they cannot be left out.

    A number that cannot be left out is replaced by a stand-in, so that the values beside it are kept.
    """
    copy = json.loads(json.dumps(value))
    numbers = [path for path in wrong if _is_needed_number(annotation, path)]
    for path in wrong:
        if path not in numbers:
            _take_out(copy, path, annotation)
    stand_ins = tuple(path for path in numbers if value_at(copy, path[:-1]) is not None)
    for path in stand_ins:
        value_at(copy, path[:-1])[path[-1]] = STAND_IN
    return Repaired(copy, stand_ins)


def _take_out(value: Any, path: Path, annotation: Any) -> None:
    """Remove the value at a path, or the innermost value around it that may be left out."""
    for length in range(len(path), 0, -1):
        around, step = path[: length - 1], path[length - 1]
        if isinstance(step, str) and not _is_required(annotation, around, step):
            mapping = value_at(value, around)
            if isinstance(mapping, dict):
                mapping.pop(step, None)
            return


def _is_needed_number(annotation: Any, path: Path) -> bool:
    """Whether a path holds a number that is required, or is an item of a list."""
    if bare(annotation_at(annotation, path)) not in (int, float):
        return False
    step = path[-1]
    return isinstance(step, int) or _is_required(annotation, path[:-1], step)


def _is_required(annotation: Any, around: Path, step: str) -> bool:
    """Whether a key must be in the mapping at a path."""
    section = section_of(annotation_at(annotation, around))
    key = keys_of(section).get(step) if section else None
    return key is not None and key.is_required


def mark_unknown(section: Any, path: Path) -> Any:
    """A section in which the number at a path is "not a number", with which no comparison holds."""
    if not path:
        return math.nan
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        return dataclasses.replace(section, **{step: mark_unknown(getattr(section, step), rest)})
    items = list(section)
    items[step] = mark_unknown(items[step], rest)
    return tuple(items)

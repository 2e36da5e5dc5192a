"""What differs between two versions of a protocol, key by key, in the words of the protocol's own keys."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from firstdose.protocol import Protocol
from firstdose.protocol.describe import keys_of
from firstdose.protocol.expression import Expression
from firstdose.protocol.meaning import is_part
from firstdose.protocol.plan import ProtocolSections

OF_DOSING = (
    "dose_levels",
    "escalation",
    "product.dose_tolerance",
    "product.release_criteria",
    "product.administrations",
    "product.unit",
    "population.criteria",
)
"""Keys on which it depends who may be dosed, when, with how much, and what is decided on the next dose."""
NOT_OF_DOSING = ("escalation.comparators",)


@dataclass(frozen=True)
class Difference:
    """One key that differs: what it means, and its old and new value as the file would write them; None if absent."""

    key: str
    meaning: str
    old: str | None
    new: str | None

    @property
    def touches_dosing(self) -> bool:
        """Whether dosing or the decisions on it depend on the key."""
        return _is_under(self.key, OF_DOSING) and not _is_under(self.key, NOT_OF_DOSING)

    @property
    def words(self) -> str:
        """The difference as a sentence: "escalation.dlt.window_days (Time … Unit: days.): 28 becomes 35"."""
        if self.old is None:
            what = f"{self.new} is new"
        elif self.new is None:
            what = f"{self.old} is left out"
        else:
            what = f"{self.old} becomes {self.new}"
        return f"{self.key} ({self.meaning}): {what}"


def compare(old: Protocol, new: Protocol) -> tuple[Difference, ...]:
    """All differences, in the order of the protocol's keys.

    Items of lists that have an ``id`` are compared with the item of the same id, others with that in the same place.
    """
    return tuple(_of_sections("", ProtocolSections, old, new))


def _of_sections(place: str, section: type, old: Any, new: Any) -> Iterator[Difference]:
    """The differences between two parts of one kind."""
    for name, key in keys_of(section).items():
        path = f"{place}.{name}".lstrip(".")
        yield from _of_values(path, key.meaning.description, getattr(old, name), getattr(new, name))


def _of_values(path: str, meaning: str, old: Any, new: Any) -> Iterator[Difference]:
    """The differences between two values of one key."""
    if old == new:
        return
    if type(old) is type(new) and is_part(type(old)):
        yield from _of_sections(path, type(old), old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys([*old, *new]):
            yield from _of_values(f"{path}.{name}", meaning, old.get(name), new.get(name))
    elif _is_list_of_parts(old, new):
        items, others = _named(old), _named(new)
        for name in dict.fromkeys([*items, *others]):
            yield from _of_values(f"{path}[{name}]", meaning, items.get(name), others.get(name))
    else:
        yield Difference(path, meaning, _written(old), _written(new))


def _is_list_of_parts(*values: Any) -> bool:
    """Whether values are lists, and what is in them are parts of a protocol."""
    return all(isinstance(each, tuple) for each in values) and all(
        is_part(type(item)) for each in values for item in each
    )


def _named(items: tuple[Any, ...]) -> dict[str, Any]:
    """Items by their identifier, or by their place from 1; items of one identifier by place too."""
    names = [str(getattr(item, "id", "") or number) for number, item in enumerate(items, start=1)]
    if len(set(names)) < len(names):
        names = [str(number) for number in range(1, len(items) + 1)]
    return dict(zip(names, items, strict=True))


def _written(value: Any) -> str | None:
    """A value as text; None where there is none."""
    if value is None or value in ((), {}):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, Expression):
        return value.text
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """What JSON cannot write by itself; a condition as it stands in the file."""
    if isinstance(value, Expression):
        return value.text
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        facts = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: each for name, each in facts.items() if each is not None and each not in ((), {})}
    return dict(value) if isinstance(value, Mapping) else str(value)


def _is_under(key: str, sections: tuple[str, ...]) -> bool:
    """Whether a key is one of some sections, or inside one."""
    return any(key == section or key.startswith((f"{section}.", f"{section}[")) for section in sections)

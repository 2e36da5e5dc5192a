"""Types of protocol keys in words, for error messages and for the reference page alike."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from firstdose.protocol.meaning import Kind, Meaning, is_part
from firstdose.protocol.problems import Path

PLAIN_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date YYYY-MM-DD",
}


@dataclass(frozen=True)
class Key:
    """One key of a section: its name, type, meaning and default."""

    name: str
    annotation: Any
    is_required: bool
    default: Any

    @property
    def meaning(self) -> Meaning:
        """What the key means."""
        return next(item for item in get_args(self.annotation)[1:] if isinstance(item, Meaning))


@cache
def keys_of(section: type) -> dict[str, Key]:
    """The keys of a section, in the order of its definition."""
    hints = get_type_hints(section, include_extras=True)
    return {field.name: _key(field, hints[field.name]) for field in dataclasses.fields(section)}


def _key(field: dataclasses.Field[Any], annotation: Any) -> Key:
    """One field of a dataclass as a key."""
    if field.default_factory is not dataclasses.MISSING:
        return Key(field.name, annotation, False, field.default_factory())
    is_required = field.default is dataclasses.MISSING
    return Key(field.name, annotation, is_required, None if is_required else field.default)


def bare(annotation: Any) -> Any:
    """The type without its metadata and without "or nothing"."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        (inner,) = (choice for choice in get_args(annotation) if choice is not type(None))
        return bare(inner)
    return annotation


def metadata(annotation: Any) -> Iterator[Any]:
    """The metadata on a type and on the type inside "or nothing"."""
    if get_origin(annotation) is Annotated:
        inner, *items = get_args(annotation)
        yield from items
        yield from metadata(inner)
    elif get_origin(annotation) in (Union, types.UnionType):
        for choice in get_args(annotation):
            yield from metadata(choice)


def section_of(annotation: Any) -> type | None:
    """The section (a part of the protocol) that a value is, or that the items of a list are."""
    inner = bare(annotation)
    if get_origin(inner) is tuple:
        return section_of(get_args(inner)[0])
    return inner if isinstance(inner, type) and is_part(inner) else None


def annotation_at(annotation: Any, path: Path) -> Any:
    """The type of the value at a path inside a section; None where the protocol does not fix one."""
    for step in path:
        inner = bare(annotation)
        if isinstance(step, int) and get_origin(inner) is tuple:
            items = get_args(inner)
            annotation = items[0] if items[-1] is Ellipsis else items[min(step, len(items) - 1)]
        elif isinstance(step, str) and isinstance(inner, type) and is_part(inner):
            key = keys_of(inner).get(step)
            annotation = key.annotation if key else None
        else:
            return None
    return annotation


def type_in_words(annotation: Any) -> str:
    """What a value must be, with its limits and unit: "a whole number, at least 1, in days"."""
    items = list(metadata(annotation))
    kind = next((item.words for item in items if isinstance(item, Kind)), None) or _bare_in_words(bare(annotation))
    meaning = next((item for item in items if isinstance(item, Meaning)), None)
    if meaning is None:
        return kind
    if meaning.fewest_items:
        kind = kind.replace("a list", "a list that is not empty", 1)
    unit = f"in {meaning.unit}" if meaning.unit else ""
    return ", ".join(filter(None, (kind, " and ".join(meaning.limits), unit)))


def _bare_in_words(inner: Any) -> str:
    """A type without metadata, in words."""
    origin = get_origin(inner)
    if origin is Literal:
        return "one of: " + ", ".join(str(choice) for choice in get_args(inner))
    if origin is tuple:
        items = get_args(inner)
        if items[-1] is Ellipsis:
            return f"a list, each item {type_in_words(items[0])}"
        return f"a list of {len(items)}: {'; '.join(type_in_words(item) for item in items)}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "a mapping of keys"
    if isinstance(inner, type) and is_part(inner):
        required = [key.name for key in keys_of(inner).values() if key.is_required]
        return f"a mapping with {', '.join(required)}" if required else "a mapping of keys"
    return PLAIN_WORDS.get(inner, "a value")

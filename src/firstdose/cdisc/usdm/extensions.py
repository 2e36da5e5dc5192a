"""Parts of a protocol that USDM has no class for, as its extension attributes.

An attribute is named by its key in the protocol file: `urn:firstdose:protocol:escalation`, in it `...:cohort_size`.
Text, whole numbers and answers have a value of their type, other numbers a quantity; sections hold further attributes,
none if nothing is stated in them, and each entry of a list is an attribute with the list's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from firstdose.cdisc.usdm.objects import Maker, Object
from firstdose.cdisc.usdm.terms import OWN_SYSTEM


def extensions(maker: Maker, key: str, value: Any) -> list[Object]:
    """The attributes that hold a value of a protocol; none for what is empty."""
    if value is None:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [attribute for each in value for attribute in extensions(maker, key, each)]
    parts = [attribute for name, part in _parts(value) for attribute in extensions(maker, f"{key}:{name}", part)]
    if _is_section(value):
        return [maker.make("ExtensionAttribute", url=f"{OWN_SYSTEM}:{key}", extensionAttributes=parts)]
    return [maker.make("ExtensionAttribute", url=f"{OWN_SYSTEM}:{key}", **_plain(maker, value))]


def _is_section(value: Any) -> bool:
    """Whether a value has keys of its own."""
    return isinstance(value, Mapping) or is_dataclass(value)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """The keys of a section and their values."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif is_dataclass(value):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))


def _plain(maker: Maker, value: Any) -> dict[str, Any]:
    """A value without keys under the attribute of its type."""
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, float):
        return {"valueQuantity": maker.quantity(value)}
    return {"valueString": value.isoformat() if isinstance(value, date) else str(value)}

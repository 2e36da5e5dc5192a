"""How a key of the protocol file says what it means: words, unit, limits and an example, on the field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, dataclass_transform

from annotated_types import BaseMetadata, Ge, GroupedMetadata, Gt, Le, Lt, MinLen
from pydantic import ConfigDict, StringConstraints

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

PartType = TypeVar("PartType")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(cls: type[PartType]) -> type[PartType]:
    """Make a class one part of the protocol: a frozen dataclass whose values are read strictly."""
    cls.__pydantic_config__ = STRICT  # type: ignore[attr-defined]
    return dataclass(frozen=True, kw_only=True)(cls)


def is_part(cls: type) -> bool:
    """Whether a class is a part of the protocol."""
    return getattr(cls, "__pydantic_config__", None) is STRICT


@dataclass(frozen=True)
class InSchema:
    """Carries a key's words and example into the JSON Schema that editors read."""

    description: str
    examples: tuple[Any, ...]

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Add the description and the example to the schema of the value."""
        schema: dict[str, Any] = {**handler(core_schema), "description": self.description}
        if self.examples:
            schema["examples"] = list(self.examples)
        return schema


@dataclass(frozen=True)
class Meaning(GroupedMetadata):
    """What a key means to the reader of a protocol, and the limits of its value."""

    words: str
    unit: str | None = None
    lowest: float | None = None
    above: float | None = None
    highest: float | None = None
    below: float | None = None
    fewest_items: int | None = None
    most_items: int | None = None
    example: Any = None
    advice: str | None = None
    """What to write instead of a wrong value, where the rule and the example do not say it."""

    def __iter__(self) -> Iterator[BaseMetadata]:
        """The limits, as the validating library reads them."""
        limits = (
            (Ge, self.lowest),
            (Gt, self.above),
            (Le, self.highest),
            (Lt, self.below),
            (MinLen, self.fewest_items),
        )
        for constraint, limit in limits:
            if limit is not None:
                yield constraint(limit)  # type: ignore[arg-type]
        examples = () if self.example is None else (self.example,)
        yield InSchema(self.description, examples)  # type: ignore[misc]

    @property
    def description(self) -> str:
        """The words, with the unit."""
        return f"{self.words} Unit: {self.unit}." if self.unit else self.words

    @property
    def limits(self) -> tuple[str, ...]:
        """The limits in words, such as "at least 1"."""
        phrases = (
            ("at least {:g}", self.lowest),
            ("above {:g}", self.above),
            ("at most {:g}", self.highest),
            ("below {:g}", self.below),
        )
        return tuple(phrase.format(limit) for phrase, limit in phrases if limit is not None)


@dataclass(frozen=True)
class Kind:
    """The name, in words, of the kind of value that a type accepts."""

    words: str


Text = Annotated[str, StringConstraints(pattern=r"\S"), Kind("text that is not empty")]
Identifier = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=64),
    Kind("an identifier of unaccented Latin letters, digits and . _ / - (64 at most)"),
]

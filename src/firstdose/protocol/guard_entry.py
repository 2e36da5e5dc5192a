"""How a guard is written: its name alone, or its name with its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from firstdose.protocol.meaning import Kind

GUARD_RULE = "a guard is a name, or a name with a mapping of settings"


def read_guard(entry: Any) -> tuple[str, Mapping[str, Any]]:
    """The guard's name and settings: `- no_skipping`, or `- stop_when_too_toxic: {certainty: 0.95}`."""
    if isinstance(entry, str) and entry.strip():
        return entry, {}
    if isinstance(entry, Mapping) and len(entry) == 1:
        ((name, settings),) = entry.items()
        if settings is None:
            return name, {}
        if isinstance(settings, Mapping):
            return name, settings
    if isinstance(entry, tuple) and len(entry) == 2:
        return entry
    fix = "write one entry for each guard, as `- no_skipping` or `- at_least: {participants: 6}`"
    raise PydanticCustomError("protocol_rule", GUARD_RULE, {"fix": fix})


GuardEntry = Annotated[
    tuple[str, Mapping[str, Any]],
    PlainValidator(read_guard, json_schema_input_type=str | dict[str, dict[str, Any] | None]),
    Kind("a name, or a name with a mapping of settings"),
]

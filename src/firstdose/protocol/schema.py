"""The protocol file as a JSON Schema, for completion and checking in editors."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from firstdose.protocol.plan import ProtocolSections


def json_schema() -> dict[str, Any]:
    """The schema of a protocol file."""
    schema = TypeAdapter(ProtocolSections).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Firstdose protocol file",
    }

"""How an event is related to its possible causes, each judged apart."""

from __future__ import annotations

from typing import Literal

Relation = Literal["not_related", "unlikely", "possible", "probable", "related"]
Cause = Literal["product", "procedure", "background_treatment", "disease"]

CAUSES: tuple[Cause, ...] = ("product", "procedure", "background_treatment", "disease")


def relation_field(cause: Cause) -> str:
    """The field of an event that holds its relation to a cause."""
    return f"relation_to_{cause}"

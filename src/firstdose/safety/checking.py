"""Disagreements between a protocol's keys about safety."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Finding, Problem


def check_safety(protocol: Protocol) -> list[Problem]:
    """Every disagreement about DLTs, evaluability and treatment emergence, at its place in the file."""
    return [finding.at(protocol.places) for finding in _findings(protocol)]


def _findings(protocol: Protocol) -> Iterator[Finding]:
    dlt, key = protocol.escalation.dlt, "escalation.dlt"
    if dlt is None:
        if protocol.escalation.evaluable is not None:
            rule = "says who is evaluable for DLTs, which are not defined"
            yield Finding("escalation.evaluable", protocol.escalation.evaluable.rule, rule, f"add {key}")
        return
    for index, cause in enumerate(dlt.attribution):
        if cause in dlt.attribution[:index]:
            yield Finding(f"{key}.attribution[{index + 1}]", cause, "stands twice among the causes", "remove one")
        if cause == "background_treatment" and not protocol.background_treatments:
            rule = "there must be a background treatment for an event to be attributed to"
            yield Finding(f"{key}.attribution[{index + 1}]", cause, rule, "add background_treatments or remove it")
    emergent = protocol.conventions.treatment_emergent_days
    if emergent is not None and emergent < dlt.window_days:
        rule = f"must not be shorter than the DLT window ({dlt.window_days} days)"
        fix = "lengthen it, so that every DLT is treatment-emergent"
        yield Finding("conventions.treatment_emergent_days", emergent, rule, fix)

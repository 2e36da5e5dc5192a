"""The pages on escalation designs and guards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs.pages.words import inline, prose, settings_tables

from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.building import MUST_FOLLOW, build_design, settings_of
from firstdose.designs.rule import EscalationRule
from firstdose.protocol.problems import ProblemsFound
from firstdose.protocol.reading import examine_text

# Settings with which a design is shown: those that have no default. Several are shown one after the other.
DESIGN_SETTINGS: dict[str, list[dict[str, Any]]] = {
    "three_plus_three": [{"variant": variant} for variant in ("previous", "step_down", "confirm_six")],
    "crm": [{"skeleton": [0.05, 0.12, 0.25, 0.40]}],
    "tite_crm": [{"skeleton": [0.05, 0.12, 0.25, 0.40]}],
    "blrm": [
        {
            "reference_dose": {"value": 2, "unit": "million cells"},
            "prior_mean": [-1.0986, 0],
            "prior_sd": [2, 1],
            "declare": {"participants": 6, "target_probability": 0.5},
        }
    ],
}


GUARD_SETTINGS: dict[str, list[dict[str, Any]]] = {
    "no_skipping": [{}],
    "stop_when_too_toxic": [{"certainty": 0.95}],
    "stop_when_enough": [{"participants": 12}],
    "stop_when_precise": [{"lower": 0.15, "upper": 0.35, "certainty": 0.8}],
    "at_least": [{"participants": 9}],
    "cohort_sizes": [{"by_cohort": [1, 2, 3]}, {"by_level": [1, 3]}],
    "titration": [{}, {"until_level": 2}],
    "highest_level": [{"level": 3}],
}


def designs_page() -> Iterator[str]:
    """Every design: title, source, settings, and how the final level is chosen."""
    yield "# Escalation designs\n"
    yield (
        "A design is named by `escalation.design`; its settings stand in `escalation.settings`. The page on "
        "[methods](../methods/README.md) says how each is computed.\n"
    )
    yield from (f"- [`{name}`](#{name}): {design.title}" for name, design in DESIGNS.items())
    yield ""
    for name, design in DESIGNS.items():
        yield f"## `{name}`\n\n**{design.title}.** {design.summary}\n"
        yield f"{prose(design)}\n"
        yield f"Source: {design.source}\n"
        yield from settings_tables(name, settings_of(design))
        yield "Final level:\n"
        for settings in DESIGN_SETTINGS.get(name, [{}]):
            yield f"- {rule_with(name, settings).design.selection_words()}"
        yield ""


def guards_page() -> Iterator[str]:
    """Every guard: what it does, its settings, and an entry for the protocol file."""
    yield "# Guards\n"
    yield (
        "A guard is a condition on top of the design. Guards stand in `escalation.guards`; they review each step of "
        "the design in the order given, and the trial's maximum comes last.\n"
    )
    for name, (others, effect) in MUST_FOLLOW.items():
        named = ", ".join(f"`{other}`" for other in others)
        yield f"- `{name}` must come after {named}: before such a guard it {effect}."
    yield ""
    for name, guard in GUARDS.items():
        yield f"## `{name}`\n\n{prose(guard)}\n"
        if guard.needs_model:
            yield "For model-based designs only (`crm`, `blrm`); refused with others.\n"
        yield from settings_tables(name, settings_of(guard))
        for settings in GUARD_SETTINGS[name]:
            entry = f"{name}: {inline(settings)}" if settings else name
            yield f"- `- {entry}`: {guard_in_words(name, settings)}."
        yield ""


def rule_with(design: str, settings: Mapping[str, Any], guards: tuple[Mapping[str, Any], ...] = ()) -> EscalationRule:
    """The rule of a small protocol with this design and these guards."""
    protocol = {
        "trial": {"id": "REFERENCE", "title": "Reference"},
        "dose_levels": {"unit": "million cells", "values": [1, 2, 3, 4]},
        "escalation": {
            "design": design,
            "target_dlt_rate": 0.25,
            "cohort_size": DESIGNS[design].own_cohort_size or 3,
            "max_participants": 24,
            "settings": dict(settings),
            "guards": list(guards),
        },
    }
    examination = examine_text(json.dumps(protocol))
    if examination.protocol is None or examination.problems:
        raise ProblemsFound(examination.problems)
    return build_design(examination.protocol)


def guard_in_words(name: str, settings: Mapping[str, Any]) -> str:
    """What a guard with these settings says of itself."""
    (design_settings,) = DESIGN_SETTINGS["crm"]
    return rule_with("crm", design_settings, ({name: dict(settings)},)).guards[0].words()

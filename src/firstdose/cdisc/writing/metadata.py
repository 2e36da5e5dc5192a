"""What is said of each SDTM dataset and variable that is written: the one place where label, type and origin stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from firstdose.cdisc.writing.finding_tables import FINDINGS
from firstdose.cdisc.writing.observation_tables import EVENTS, INTERVENTIONS
from firstdose.cdisc.writing.special_tables import RELATIONSHIPS, SPECIAL_PURPOSE, TRIAL_DESIGN

Kind = Literal["Char", "Num"]
Core = Literal["Req", "Exp", "Perm", "Cond"]
Origin = Literal["Collected", "Derived", "Protocol", "Assigned", "Predecessor"]

KINDS: tuple[Kind, ...] = ("Char", "Num")
CORES: tuple[Core, ...] = ("Req", "Exp", "Perm")
ORIGINS: tuple[Origin, ...] = ("Collected", "Derived", "Protocol", "Assigned")

SUPPLEMENT = "SUPP"
SEPARATOR = "|"
DATE_FORMAT = "DATE9."
"""The format of numbers that are dates: days since 1960-01-01 in a transport file, ISO 8601 elsewhere."""


@dataclass(frozen=True)
class Variable:
    """One variable: its label, type, whether a dataset needs it, where its values come from, and its code list."""

    name: str
    label: str
    kind: Kind
    core: Core
    origin: Origin
    codelist: str = ""


@dataclass(frozen=True)
class Domain:
    """One dataset: its label, its class, the variables that tell its rows apart, and its variables in order."""

    name: str
    label: str
    observation_class: str
    keys: tuple[str, ...]
    variables: dict[str, Variable]


def domain_of(name: str) -> Domain:
    """What is said of a dataset; a supplemental dataset (SUPPAE) is described once for all."""
    if name.startswith(SUPPLEMENT) and name != "SUPPQUAL":
        general = all_domains()["SUPPQUAL"]
        label = f"Supplemental Qualifiers for {name.removeprefix(SUPPLEMENT)}"
        return Domain(name, label, general.observation_class, general.keys, general.variables)
    return all_domains()[name]


@cache
def all_domains() -> dict[str, Domain]:
    """Every dataset that is described, by name."""
    classes = {
        "Special Purpose": SPECIAL_PURPOSE,
        "Interventions": INTERVENTIONS,
        "Events": EVENTS,
        "Findings": FINDINGS,
        "Trial Design": TRIAL_DESIGN,
        "Relationship": RELATIONSHIPS,
    }
    found = {}
    for observation_class, tables in classes.items():
        for head, table in tables.items():
            name, label, keys = (part.strip() for part in head.split(SEPARATOR))
            found[name] = Domain(name, label, observation_class, tuple(keys.split()), _variables(name, table))
    return found


def _variables(domain: str, table: str) -> dict[str, Variable]:
    """The variables of a table; two hyphens at the beginning of a name stand for the domain."""
    variables = {}
    for line in table.strip().splitlines():
        name, label, kind, core, origin, *codelist = (part.strip() for part in line.split(SEPARATOR))
        full = name.replace("--", domain)
        variables[full] = Variable(
            full,
            label,
            KINDS[KINDS.index(kind)],
            CORES[CORES.index(core)],
            ORIGINS[ORIGINS.index(origin)],
            codelist[0] if codelist else "",
        )
    return variables

"""Adverse events of the 254 treated people of the CDISC pilot study, counted as in its own analysis datasets."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from firstdose.analysis import analyse, derive
from firstdose.cdisc import read_sdtm
from firstdose.protocol import read_protocol
from firstdose.records.results import Provenance

FOLDER = Path(__file__).parent / "cdisc_pilot"
PROTOCOL = Path(__file__).parents[2] / "examples" / "cdisc-pilot" / "protocol.yaml"
ARMS = {"Placebo": "0", "Xanomeline Low Dose": "1", "Xanomeline High Dose": "2"}


@cache
def figures() -> pl.DataFrame:
    protocol = read_protocol(PROTOCOL)
    reading = read_sdtm(FOLDER)
    assert reading.rejected.is_empty()
    origin = Provenance(protocol.trial.id, "", reading.trial_data.content_hash, None, 1, "")
    results = analyse(protocol, derive(protocol, reading.trial_data), seed=1, provenance=origin)
    return results.frame.filter(chapter="adverse_events")


@cache
def published() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "adverse_events.json").read_text(encoding="utf-8"))
    return document


def count(table: str, what: str, arm: str, statistic: str = "people", when: str = "") -> float | None:
    rows = figures().filter(table=table, what=what, group=ARMS[arm], statistic=statistic, when=when, within="")
    assert rows.height == 1, (table, what, arm, statistic, when)
    value: float | None = rows["value"].item()
    return value


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize(
    ("table", "what", "statistic", "key"),
    [
        ("overview", "any adverse event", "people", "any_TEAE_subjects"),
        ("overview", "any adverse event", "events", "TEAE_events"),
        ("overview", "serious", "people", "subj_serious"),
        ("overview", "related to the product", "people", "subj_related(POSSIBLE/PROBABLE)"),
        ("deaths", "death", "people", "subj_fatal"),
    ],
)
def test_counts_by_arm(table: str, what: str, statistic: str, key: str, arm: str) -> None:
    assert count(table, what, arm, statistic) == published()[key].get(arm, 0)


@pytest.mark.parametrize("arm", ARMS)
def test_people_by_maximum_severity(arm: str) -> None:
    found = {
        severity.upper(): count("by_maximum_severity", "any adverse event", arm, when=severity)
        for severity in ("mild", "moderate", "severe")
    }
    assert found == published()["subj_by_max_severity"][arm]


def test_people_by_organ_class() -> None:
    table = figures().filter(table="by_class_and_term", statistic="people", within="")
    found = {
        (row["what"], row["group"]): row["value"] for row in table.to_dicts() if row["group"] in set(ARMS.values())
    }
    expected = {
        (organ_class, ARMS[arm]): people
        for organ_class, by_arm in published()["subj_by_SOC"].items()
        for arm, people in by_arm.items()
    }
    assert len(expected) == 69
    assert found == expected


@pytest.mark.parametrize("arm", ARMS)
def test_people_treated(arm: str) -> None:
    sizes = figures().filter(table="overview", what="any adverse event", statistic="people", group=ARMS[arm])["of"]
    assert sizes.item() == published()["N"][arm]

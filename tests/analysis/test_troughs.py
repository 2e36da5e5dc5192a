"""Troughs and donor-specific antibodies: figures worked out by hand, and Spearman's by naive enumeration."""

from __future__ import annotations

from itertools import permutations
from math import exp, log
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.laboratory.troughs import troughs
from firstdose.methods.trend import correlation_of_ranks, mid_ranks
from firstdose.protocol import examine_text
from firstdose.records.derived import LabAnalysis
from firstdose.records.results import Results
from tests.analysis.laboratory_frames import gathered, make_frame, person, result
from tests.cli.running import protocol_text

DRUG = "tacrolimus"
DSA = "donor-specific antibodies"


def trough(subject: str, number: int, value: float | None, day: int | None = 30, **more: Any) -> LabAnalysis:
    given = {
        "category": "trough", "analyte": "Tacrolimus", "unit": "ng/mL", "hours_since_intake": 12.0, **more,
    }  # fmt: skip
    return result(subject, number, "TACRO", value, day, **given)


def antibody(subject: str, number: int, day: int, **more: Any) -> LabAnalysis:
    return result(subject, number, "DSA", more.pop("value", None), day, category="donor_specific_antibody", **more)


@pytest.fixture
def two_levels() -> Results:
    people = [
        person("P1", background_last_day=183),
        person("P2", background_last_day=90),
        person("P3", 2),
        person("P4", 2, background_taken=False),
        person("P5", 2),
    ]
    draws = [
        trough("P1", 1, 4.0),
        trough("P1", 2, 9.0, 60),
        trough("P1", 3, 10.0, 90),
        trough("P1", 4, 30.0, 91, hours_since_intake=2.0),
        trough("P1", 5, 1.0, 185),
        trough("P1", 6, None, 95, text="<1"),
        trough("P2", 1, 0.006, 91, unit="mg/L"),
        trough("P2", 2, 8.0, 92),
        trough("P3", 1, 12.0, None),
        trough("P3", 2, 3.0, hours_since_intake=None),
        trough("P3", 3, 7.0, unit="IU/L"),
        trough("P4", 1, 6.0),
        trough("P5", 1, 0.0),
        trough("P5", 2, 5.0, 60),
    ]
    return gathered(troughs, make_frame(people, draws))


def test_draws_left_out_are_counted_with_the_reason(two_levels: Results) -> None:
    draws = two_levels.frame.filter(pl.col("table") == "trough_draws")
    assert dict(zip(draws["statistic"], draws["value"], strict=True)) == {
        "used": 8,
        "no number": 1,
        "unit cannot be converted": 1,
        "not on the drug": 3,
        "drawn at the wrong time": 1,
        "day not known": 1,
        "hours since the intake not known": 1,
    }
    assert set(draws["of"]) == {14}
    wrong = two_levels.one(table="trough_draws", statistic="drawn at the wrong time")
    assert wrong.records == ("lab_results:P1/4",)
    off = two_levels.one(table="trough_draws", statistic="not on the drug")
    assert set(off.records) == {"lab_results:P1/5", "lab_results:P2/2", "lab_results:P4/1"}


def test_per_person(two_levels: Results) -> None:
    def of(subject: str, statistic: str) -> float | None:
        return two_levels.one(table="troughs_by_person", what=subject, statistic=statistic).value

    assert of("P1", "draws") == 3
    assert of("P1", "mean") == pytest.approx(23 / 3)
    assert of("P1", "geometric_mean") == pytest.approx(360 ** (1 / 3))
    assert [of("P1", f"draws_{place}_target") for place in ("below", "within", "above")] == [1, 2, 0]
    assert of("P2", "mean") == pytest.approx(6.0)  # 0.006 mg/L on the morning after the last day
    assert of("P5", "geometric_mean") is None
    assert two_levels.one(table="troughs_by_person", what="P5", statistic="geometric_mean").warning == "a trough is 0"


def test_per_group(two_levels: Results) -> None:
    everyone = {"table": "troughs", "what": DRUG, "group": "all"}
    people = two_levels.one(**everyone, statistic="people")
    assert (people.value, people.of) == (4, 5)
    assert "1 of 5 people" in people.warning
    mean = two_levels.one(**everyone, statistic="mean_of_person_means")
    assert mean.value == pytest.approx((23 / 3 + 6 + 7.5 + 2.5) / 4)
    assert mean.lower is not None
    assert mean.lower < 5.9 < (mean.upper or 0)
    geometric = two_levels.one(**everyone, statistic="geometric_mean_of_person_means")
    assert geometric.value == pytest.approx(exp((log(360) / 3 + log(6) + log(36) / 2) / 3))
    assert "1 of 4 people have a trough of 0" in geometric.warning
    inside = two_levels.one(**everyone, statistic="people_with_mean_within_target")
    assert (inside.value, inside.of, inside.method) == (3, 4, "clopper_pearson")
    above = two_levels.one(table="troughs", group="2", statistic="draws_above_target")
    assert (above.value, above.of, above.records) == (1, 4, ("lab_results:P3/1",))


@settings(max_examples=25)
@given(st.lists(st.integers(1, 12), min_size=4, max_size=6), st.integers(0, 100))
def test_spearman_equals_all_permutations(values: list[int], turn: int) -> None:
    levels = [1 + (place + turn) % 3 for place in range(len(values))]
    people = [person(f"P{place}", level) for place, level in enumerate(levels)]
    draws = [trough(f"P{place}", 1, float(value)) for place, value in enumerate(values)]
    found = gathered(troughs, make_frame(people, draws))
    if len(set(values)) == 1:
        assert "not estimable" in found.one(table="trough_against_dose").warning
        return
    doses = mid_ranks([(5.0, 10.0, 16.0)[level - 1] for level in levels])
    ranks = mid_ranks(values)
    rho = correlation_of_ranks(ranks, doses)
    every = [correlation_of_ranks(ranks[list(order)], doses) for order in permutations(range(len(values)))]
    as_far = sum(abs(each) >= abs(rho) - 1e-9 for each in every) / len(every)
    assert found.one(table="trough_against_dose", within="spearman", statistic="correlation").value == pytest.approx(
        rho
    )
    p = found.one(table="trough_against_dose", within="spearman", statistic="p_distance")
    assert p.value == pytest.approx(as_far)
    assert p.method == "spearman_exact"


def test_many_people_are_simulated_with_the_seed() -> None:
    people = [person(f"P{place}", 1 + place % 4) for place in range(120)]
    draws = [trough(f"P{place}", 1, 5 + (place * 37 % 101) / 20) for place in range(120)]
    first, again = (gathered(troughs, make_frame(people, draws, seed=7)) for _ in range(2))
    p = first.one(table="trough_against_dose", within="spearman", statistic="p_distance")
    assert p.method == "spearman_simulated"
    error = first.one(table="trough_against_dose", within="spearman", statistic="monte_carlo_error").value
    assert 0 < (error or 0) < 0.02
    assert again.one(table="trough_against_dose", within="spearman", statistic="p_distance").value == p.value


def test_no_troughs_and_a_drug_the_protocol_does_not_name() -> None:
    found = gathered(troughs, make_frame([person("P1")], [trough("P1", 1, 100.0, analyte="ciclosporin")]))
    assert found.one(table="troughs", what=DRUG).warning == "no trough of this drug is recorded"
    other = found.one(table="trough_draws", what="ciclosporin")
    assert (other.value, bool(other.warning)) == (1, True)


def test_a_protocol_without_treatments_and_without_people() -> None:
    protocol = examine_text(protocol_text()).protocol
    assert protocol is not None
    found = gathered(troughs, make_frame([], protocol=protocol))
    assert found.frame["table"].to_list() == ["donor_specific_antibodies"]
    assert found.one(table="donor_specific_antibodies").warning.startswith("none recorded")


def test_donor_specific_antibodies() -> None:
    people = [person(f"P{number}", 1 if number < 4 else 2) for number in range(1, 8)]
    results = [
        antibody("P1", 1, -1, text="Negative"),
        antibody("P1", 2, 30, text="negative"),
        antibody("P1", 3, 90, text="POSITIVE", analyte="A2"),
        antibody("P2", 1, -1, text="positive", analyte="B7"),
        antibody("P2", 2, 30, value=5000.0, range_high=1000.0, analyte="B7", unit="MFI"),
        antibody("P3", 1, 30, value=900.0, range_high=1000.0),
        antibody("P4", 1, 30, value=900.0),
        antibody("P5", 1, 30, text="borderline"),
        antibody("P5", 2, 60, text="negative"),
        antibody("P6", 1, -1, text="negative"),
    ]
    found = gathered(troughs, make_frame(people, results))
    where = {"table": "donor_specific_antibodies", "what": DSA}
    everyone = found.one(**where, group="all", statistic="people")
    assert (everyone.value, everyone.of) == (2, 3)
    assert "2 of 7 people were not tested" in everyone.warning
    assert "2 people have results that say neither" in everyone.warning
    assert everyone.records == ("lab_results:P1/3", "lab_results:P2/2")
    new = found.one(**where, group="1", statistic="people_newly_positive")
    assert (new.value, new.of) == (1, 1)
    assert "1 people have no known result from before" in new.warning
    nobody = found.one(**where, group="2", statistic="people")
    assert nobody.value is None
    assert "nobody can be judged" in nobody.warning
    positive = found.frame.filter(pl.col("table") == "donor_specific_antibodies_positive")
    assert list(zip(positive["what"], positive["within"], positive["when"], strict=True)) == [
        ("P1", "A2", "day 90"),
        ("P2", "B7", "day 30"),
    ]

"""Lesions and brain volume on scans, with what to beware of: cases by hand, and scipy's regression."""

import numpy as np
import pytest
from scipy.stats import linregress, spearmanr

from firstdose.analysis.imaging.brain_volume import SCANS
from firstdose.analysis.imaging.mri import mri
from firstdose.records import Image
from firstdose.records.results import Result
from tests.analysis.made_scores import course, frame_with, one, people, rows

SIZES = (3, 3, 3, 6)
DOSES = np.repeat([5, 10, 16, 24], SIZES)


def test_lesions_by_visit_and_per_person() -> None:
    some = people((2, 2))
    records = [
        *some,
        *course("P01", "lesion_counts", {"M0": 3.0, "M1": 0.0, "M2": 0.0}, baseline=None),
        *course("P02", "lesion_counts", {"M1": 2.0, "M2": 1.0}, baseline=None),
        *course("P03", "lesion_counts", {"M1": 0.0, "M2": None}, baseline=None),
        *course("P01", "lesion_counts", {"M1": 0.0}, baseline=None, part="enhancing"),
    ]
    results = list(mri(frame_with(records)))
    new = rows(results, what="new T2 lesions")
    month = one(new, table="lesions_by_visit", when="M2", group="all")
    assert month.objective == "secondary"  # of the endpoint "mri", which names no measure
    assert (month.value, month.of, month.records) == (1, 2, ("scores:P02/lesion_counts/score/61",))
    with_any = one(new, table="lesions", group="all", statistic="people")
    assert (with_any.value, with_any.of) == (1, 3)  # P04 was never scanned; three lesions before dosing do not count
    assert one(new, table="lesions", group="1", statistic="mean_per_person").value == 1.5
    assert one(new, table="lesions", group="1", statistic="maximum_per_person").value == 3
    own = one(results, table="lesions_people", what="P02")
    assert (own.value, own.when, own.within) == (3, "2 scans", "new T2 lesions")
    enhancing = one(results, table="lesions", what="enhancing lesions", group="all", statistic="people")
    assert (enhancing.value, enhancing.of) == (0, 1)
    assert enhancing.upper == pytest.approx(0.95)
    assert one(new, table="lesions_by_dose", within="jonckheere_terpstra", statistic="people").value == 3


def volumes(images: list[Image] | None = None, reasons: dict[str, dict[str, str]] | None = None) -> list[Result]:
    """Fifteen people with a change at months 6 and 12; the larger the dose, the larger the loss."""
    draw, some = np.random.default_rng(9), people(SIZES)
    records = list(some)
    for each, dose in zip(some, DOSES, strict=True):
        values = {"M6": draw.normal(), "M12": -0.3 - 0.2 * np.log2(dose) + draw.normal(scale=0.2)}
        why = (reasons or {}).get(each.subject)
        records += course(each.subject, "brain_volume", values, baseline=None, reasons=why)  # type: ignore[arg-type]
    return list(mri(frame_with(records, trial=images or [])))


def last_values(results: list[Result]) -> dict[str, float]:
    return {each.what: each.value or 0.0 for each in rows(results, table="brain_volume_people")}


def test_brain_volume_against_dose_as_scipy_has_it() -> None:
    results = volumes()
    values = np.array(list(last_values(results).values()))
    assert len(values) == 15
    line = linregress(np.log2(DOSES), values)
    for scans in SCANS:  # nothing is flagged, so both are the same
        slope = one(results, table="brain_volume_by_dose", what=f"last scan, {scans}", statistic="slope_per_doubling")
        assert slope.value == pytest.approx(line.slope)
        assert slope.lower is not None
        assert slope.lower < line.slope < 0
        found = one(results, table="brain_volume_by_dose", what=f"last scan, {scans}", statistic="correlation")
        assert found.value == pytest.approx(spearmanr(DOSES, values).statistic)
    mean = one(results, table="brain_volume", within=SCANS[0], group="4", statistic="mean")
    assert mean.value == pytest.approx(values[9:].mean())
    assert mean.lower is not None
    assert not rows(results, table="flagged_scans")


def image(subject: str, number: int, visit: str, **fields: object) -> Image:
    usual: dict[str, object] = {"modality": "MRI", "scanner": "A", "reader_blinded": True}
    return Image(subject=subject, number=number, visit=visit, **(usual | fields))  # type: ignore[arg-type]


def test_flagged_scans_are_listed_and_left_out_once() -> None:
    images = [
        image("P01", 1, "M0"),
        image("P01", 2, "M12", scanner="B"),
        image("P02", 1, "M12", days_since_steroids=30),
        image("P03", 1, "M12", days_since_steroids=31, reader_blinded=False),
        image("P04", 1, "M12", quality="limited", reader_blinded=None),
        image("P05", 1, "M12", modality="CT", scanner="Z", quality="unusable"),
        image("P06", 1, "M12"),
        image("P06", 2, "M12", reader_blinded=None),
    ]
    results = volumes(
        images, {"P07": {"M12": "only 80 days between the scans; steroids before a scan (pseudo-atrophy)"}}
    )
    flags = {each.what: each.text for each in rows(results, table="flagged_scans")}
    assert flags == {
        "P01": "another scanner than the person's first",
        "P02": "steroids within 30 days before",
        "P03": "the reader knew the dose",
        "P04": "quality: limited",
        "P07": "only 80 days between the scans; steroids before a scan (pseudo-atrophy)",
    }
    assert "images:P01/2" in rows(results, table="flagged_scans", what="P01")[0].records
    kept = one(results, table="brain_volume", within=SCANS[1], group="all", statistic="n")
    assert kept.value == 15  # these people's scan at month 6 is left
    with_all, without = (
        one(results, table="brain_volume", within=scans, group="3", statistic="mean").value for scans in SCANS
    )
    assert with_all != without
    assert one(results, table="brain_volume_people", what="P01").warning
    reading = {each.what: each.value for each in rows(results, table="reading", within="brain_volume")}
    assert reading == {
        "flagged": 5,
        "reader blinded": 2,
        "reader not blinded": 1,
        "not recorded whether the reader was blinded": 27,
    }


def test_without_scans_it_is_said() -> None:
    results = list(mri(frame_with(people((2, 2)))))
    assert len(results) == 3
    assert all(each.warning and each.value is None for each in results)


def test_few_people_have_no_slope_and_say_why() -> None:
    records = [*people((1, 1)), *course("P01", "brain_volume", {"M12": -1.0}, baseline=None)]
    results = list(mri(frame_with(records)))
    assert "one dose" in rows(results, table="brain_volume_by_dose", statistic="slope_per_doubling")[0].warning
    records += course("P02", "brain_volume", {"M12": -2.0}, baseline=None)
    results = list(mri(frame_with(records)))
    assert "2 people cannot" in rows(results, table="brain_volume_by_dose", statistic="slope_per_doubling")[0].warning

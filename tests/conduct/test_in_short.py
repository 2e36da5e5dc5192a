"""Reasons in short: what holds of several criteria is said once, and everything else stays as it is."""

from __future__ import annotations

from firstdose.conduct.in_short import MOST_CHARACTERS, in_short, reasons_in_short
from firstdose.dosing import Reason


def words(*said: str) -> list[str]:
    return [each.words for each in reasons_in_short(Reason("rule", one, None, (one,), "", about(one)) for one in said)]


def about(said: str) -> str:
    """The criterion of these tests that a text names, as dosing knows it without reading it."""
    return next((name for name in ("I1", "I2", "I3", "I4", "I5", "E1") if f"criterion {name} " in said), "")


def test_criteria_of_which_the_same_holds_are_one_where_the_first_of_them_was() -> None:
    assert words(
        "consent is not recorded",
        "criterion I1 is not answered",
        "exclusion criterion E1 is answered yes",
        "criterion I2 is not answered",
        "holds no slot",
        "criterion I3 is not answered",
        "criterion I4 was answered after eligibility was confirmed",
        "criterion I5 was answered after eligibility was confirmed",
    ) == [
        "consent is not recorded",
        "criteria I1, I2 and I3 are not answered",
        "exclusion criterion E1 is answered yes",
        "holds no slot",
        "criteria I4 and I5 were answered after eligibility was confirmed",
    ]


def test_one_criterion_and_what_is_no_criterion_stay_as_they_are() -> None:
    alone = ["criterion I1 is not answered", "inclusion criterion I2 is answered no", "a criterion is odd"]
    assert words(*alone) == alone
    assert words("holds no slot", "holds no slot") == ["holds no slot"]


def test_one_of_several_rests_on_the_records_of_all() -> None:
    (one,) = reasons_in_short(
        Reason(f"rule {name}", f"criterion {name} is not answered", None, (name,), criterion=name)
        for name in ("I1", "I2")
    )
    assert (one.rule, one.records) == ("rule I1", ("I1", "I2"))


def test_a_long_text_is_cut_at_a_word() -> None:
    text = "word " * 200
    assert in_short("short") == "short"
    assert len(in_short(text)) <= MOST_CHARACTERS
    assert in_short(text).endswith("word …")

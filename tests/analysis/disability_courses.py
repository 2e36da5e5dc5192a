"""What the tests of disability share: people with given EDSS courses, and the line that counts a change."""

from collections.abc import Mapping

from firstdose.analysis.frame import Frame
from firstdose.records.results import Result
from tests.analysis.made_scores import REFERENCE, Value, course, frame_with, one, people

LEADING = "worsening_24_weeks"
FEW = ("M0", "M3", "M6", "M9", "M12")


def edss(*courses: Mapping[str, Value], sizes: tuple[int, ...] | None = None, **extra: object) -> Frame:
    """People P01, P02, ... with these EDSS courses, all at level 1 unless sizes say otherwise."""
    some = people(sizes or (len(courses),))
    scores = [
        row for one_of, values in zip(some, courses, strict=True) for row in course(one_of.subject, "edss", values)
    ]
    return frame_with([*some, *scores, *extra.get("more", ())], extra.get("protocol", REFERENCE))  # type: ignore[misc, arg-type]


def count(results: list[Result], what: str, when: str = LEADING, group: str = "all", within: str = "edss") -> Result:
    return one(results, table="confirmed_change", what=what, within=within, when=when, group=group)

"""Steps that wait for the end of a write: taken once, in the order in which they were first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from firstdose.conduct.desk import LastStep, Work
from tests.conduct.workplace import NURSE, Workplace


@dataclass(frozen=True)
class Note(LastStep):
    """A step that writes down that it was taken."""

    about: str
    words: str = field(compare=False)
    taken: list[str] = field(compare=False)

    def take(self, work: Work) -> None:
        self.taken.append(f"{self.about}: {self.words}")


@dataclass(frozen=True)
class NoteLater(Note):
    """One that asks for another step when it is taken."""

    def take(self, work: Work) -> None:
        super().take(work)
        work.at_its_end(Note("last", self.about, self.taken))


def test_equal_steps_are_one_as_it_was_asked_for_last(place: Workplace) -> None:
    taken: list[str] = []
    with place.work(NURSE) as work:
        for about, words in (("P1", "first"), ("P2", "other"), ("P1", "again")):
            work.at_its_end(Note(about, words, taken))
        assert not taken, "the write is not at its end"
    assert taken == ["P1: again", "P2: other"]


def test_steps_of_two_kinds_are_two_and_may_ask_for_more(place: Workplace) -> None:
    taken: list[str] = []
    with place.work(NURSE) as work:
        work.at_its_end(NoteLater("P1", "one", taken))
        work.at_its_end(Note("P1", "two", taken))
        work.finish()
        assert taken == ["P1: one", "P1: two", "last: P1"]
    assert len(taken) == 3, "they were taken before the end, and are not taken again"

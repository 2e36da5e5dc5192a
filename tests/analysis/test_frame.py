"""What a frame keeps for its chapters: worked out once for each frame and question."""

import pytest

from firstdose.analysis.frame import Frame, once_a_frame
from tests.analysis.made_scores import frame_with


def test_an_answer_is_worked_out_once_for_each_frame_and_question() -> None:
    asked = []

    @once_a_frame
    def answer(frame: Frame, question: str, *, seed: int = 1) -> list[str]:
        """Words that the function keeps."""
        asked.append((frame.seed, question, seed))
        return [question]

    @once_a_frame
    def other(frame: Frame, question: str) -> str:
        return question

    frame, another = frame_with([]), frame_with([])
    assert answer(frame, "a") is answer(frame, "a")
    assert answer(frame, "a", seed=2) is answer(frame, "a", seed=2)
    assert other(frame, "a") == "a"
    assert answer(another, "a") == ["a"]
    assert answer(another, "a") is not answer(frame, "a")
    assert answer(frame, "b") == ["b"]
    assert asked == [(frame.seed, "a", 1), (frame.seed, "a", 2), (another.seed, "a", 1), (frame.seed, "b", 1)]
    assert answer.__doc__ == "Words that the function keeps."


def test_what_could_not_be_answered_is_asked_again() -> None:
    tries = []

    @once_a_frame
    def answer(_: Frame) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        return len(tries)

    frame = frame_with([])
    with pytest.raises(ValueError, match="not yet"):
        answer(frame)
    assert answer(frame) == answer(frame) == 2

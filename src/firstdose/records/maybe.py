"""The answer to a question about incomplete dates: yes, no, or unknown."""

from __future__ import annotations

from enum import Enum


class Maybe(Enum):
    """Yes, no or unknown; an unknown answer never passes for either of the others."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, answer: bool | None) -> Maybe:
        """The answer that true, false or nothing stands for."""
        return cls.UNKNOWN if answer is None else cls.YES if answer else cls.NO

    @property
    def answer(self) -> bool | None:
        """True, false, or nothing if it is unknown."""
        return None if self is Maybe.UNKNOWN else self is Maybe.YES

    @property
    def is_possible(self) -> bool:
        """Whether the answer may be yes."""
        return self is not Maybe.NO

    def __invert__(self) -> Maybe:
        """The answer to the opposite question."""
        return {Maybe.YES: Maybe.NO, Maybe.NO: Maybe.YES}.get(self, self)

    def __and__(self, other: Maybe) -> Maybe:
        """Whether both are so: no as soon as one is not."""
        if Maybe.NO in (self, other):
            return Maybe.NO
        return Maybe.UNKNOWN if Maybe.UNKNOWN in (self, other) else Maybe.YES

    def __or__(self, other: Maybe) -> Maybe:
        """Whether either is so: yes as soon as one is."""
        return ~(~self & ~other)

    def __bool__(self) -> bool:
        """Refused: a plain condition would take unknown for yes or for no."""
        raise TypeError("an answer may be unknown: compare it with Maybe.YES, or ask is_possible")

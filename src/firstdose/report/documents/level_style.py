"""How dose levels look in every picture of people: a darker tone and another mark for each higher dose."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.protocol.escalation import DoseLevels
from firstdose.report.documents.figure_style import FAINT, MARKERS, MUTED

DARKEST, LIGHTEST = (0x0B, 0x3C, 0x5D), (0x8F, 0xBF, 0xDD)


@dataclass(frozen=True)
class LevelStyle:
    """Tone, mark and name of one dose level."""

    colour: str
    marker: str
    name: str


def level_styles(doses: DoseLevels) -> dict[int | None, LevelStyle]:
    """The look of each level, of the control (0) and of people without a level (None)."""
    count = len(doses.values)
    styles: dict[int | None, LevelStyle] = {
        level: LevelStyle(_tone(level, count), MARKERS[level % len(MARKERS)], doses.dose_with_unit(level))
        for level in range(1, count + 1)
    }
    styles[0] = LevelStyle(MUTED, MARKERS[0], doses.label(0) if doses.control else "none")
    styles[None] = LevelStyle(FAINT, "x", "no level")
    return styles


def _tone(level: int, count: int) -> str:
    share = (level - 1) / max(count - 1, 1)
    return "#" + "".join(
        f"{round(light + (dark - light) * share):02x}" for light, dark in zip(LIGHTEST, DARKEST, strict=True)
    )

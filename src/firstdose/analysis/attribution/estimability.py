"""Which contrasts a design can estimate; the method itself is in `firstdose.methods.estimability`."""

from __future__ import annotations

from firstdose.methods.estimability import estimable, estimable_for_all, rank_of, row_space

__all__ = ["estimable", "estimable_for_all", "rank_of", "row_space"]

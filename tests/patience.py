"""How long tests wait for what will come."""

PATIENCE_SECONDS = 600.0
"""Longer than any machine needs that is only slow or busy: what has not ended by then never will."""

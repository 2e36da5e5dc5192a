"""Confirmed worsening and improvement, and what natural history would have shown."""

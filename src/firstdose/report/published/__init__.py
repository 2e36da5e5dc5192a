"""Published trials replayed."""

"""Scores of the clinical measures: summaries, models, trends over dose."""

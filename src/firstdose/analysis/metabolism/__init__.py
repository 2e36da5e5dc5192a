"""Metabolites by dose: preparing, quality, the moderated model, class tests, and what they are sensitive to."""

"""How fast the exact engine is, beside a plain-Python Monte Carlo of the same rules in the same run."""

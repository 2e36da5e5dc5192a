"""Who took part, how they were at baseline, and what they were given."""

"""How a rule behaves before any participant is treated: exact and Monte Carlo operating characteristics."""

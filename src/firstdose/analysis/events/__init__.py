"""Adverse events, dose-limiting toxicities, rates and resolution."""

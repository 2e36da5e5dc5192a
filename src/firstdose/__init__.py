"""A first-in-human, dose-escalation trial of a cell therapy, from protocol to report."""

__version__ = "0.1.0"

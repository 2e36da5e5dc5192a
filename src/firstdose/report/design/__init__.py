"""The design report: the rule in words and tables, and how it behaves."""

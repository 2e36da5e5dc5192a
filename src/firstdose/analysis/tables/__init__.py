"""The rows that tables, curves and rates of the analysis are made of, for exports to other software."""

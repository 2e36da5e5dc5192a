"""Lesions and brain volume."""

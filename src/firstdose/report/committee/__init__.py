"""The safety committee's pack for one dose decision."""

"""ADaM datasets (Implementation Guide 1.3) made of what the analysis works with; nothing is computed here."""

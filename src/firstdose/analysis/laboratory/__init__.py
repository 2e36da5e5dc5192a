"""Laboratory results, vital signs and troughs."""

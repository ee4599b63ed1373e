"""The findings store: what sweeps found, what people decided about it, and what was told to whom."""

"""The literal prefilter: one table, two engines."""

"""How far a match is to be believed: by content in the worker, by place after attribution."""

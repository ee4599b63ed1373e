"""Measures keysieve beside its peers: `python -m bench TARGET...` from a checkout.

    targets -> tools -> rounds -> process (one run, measured) -> readings -> table.md, raw.json

Runs are interleaved, their order turns from round to round, and a run that did not look at everything is
listed as failed instead of being averaged. Nothing that is written holds a path of the machine.
"""

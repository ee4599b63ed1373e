"""Events in words; credentials are redacted in the store already."""

from __future__ import annotations

from typing import Any

SHOWN = 20
"""Findings told in words; of the others there is the number."""


def title(payload: dict[str, Any]) -> str:
    """One line."""
    kinds = [item["kind"] for item in payload["events"]]
    new, active = kinds.count("new"), kinds.count("active")
    told = [f"{new} new leaked credential{'s' * (new != 1)}"] if new else []
    told += [f"{active} found active"] if active else []
    return "keysieve: " + ", ".join(told)


def lines(payload: dict[str, Any]) -> list[str]:
    """A line for each of the first findings, and how many more there are."""
    events = payload["events"]
    told = [_line(item) for item in events[:SHOWN]]
    if len(events) > SHOWN:
        told.append(f"and {len(events) - SHOWN} more: keysieve findings list --triage open")
    return told


def _line(item: dict[str, Any]) -> str:
    first = item["first_place"] or {}
    where = f"{first.get('repository', '')}:{first.get('path') or 'a message'}:{first.get('line', '')}" if first else ""
    more = f" and {item['places'] - 1} more places" if item["places"] > 1 else ""
    what = "ACTIVE " if item["kind"] == "active" or item["verdict"] == "active" else ""
    sure = f"({item['severity']}, {item['confidence']})"
    text = f"{what}{item['name']} {item['secret']} {sure} in {where}{more}, {item['fingerprint'][:16]}"
    return "".join(char if char.isprintable() else "?" for char in text)

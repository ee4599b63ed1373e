"""Exact matches in a window around a hit: decoding, pairs, lines."""

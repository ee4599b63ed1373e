"""Labelled data made by seeds, and how right the judgement of generic credentials is on it."""

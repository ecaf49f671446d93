"""Timelines in the files of other editors."""

"""Timelines in the files of other editors, and what those files cannot carry."""

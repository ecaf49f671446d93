"""The timeline as a value and the edits on it: msgspec and the standard library only."""

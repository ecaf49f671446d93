"""Courses: chapters, exporting projects to them, and publishing them."""

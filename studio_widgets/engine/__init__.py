"""The engine: media, timeline, render, library and courses. It knows nothing of Jupyter."""

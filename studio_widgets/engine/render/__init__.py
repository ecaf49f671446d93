"""From a timeline to a file: plan, segments in worker processes, compositor, mixer, cache, export."""

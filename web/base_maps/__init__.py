"""Serving a city's own base maps: whatever they come from, screens ask this server and nobody else."""

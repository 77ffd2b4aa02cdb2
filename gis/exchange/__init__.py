"""Layers in and out: files of other systems become layers of the map, and back."""

"""Heights of the ground: read from GeoTIFF, kept as a pyramid of tiles, drawn as hillshade, asked for at a point."""

"""A city's own base maps: what is said of them, where their tiles are, and how their grids fit ours."""

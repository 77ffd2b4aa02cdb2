"""Printed maps: paper, true scale, graticule. Pure; what is typeset from it is in `web/sheets`."""

"""The room's tables as other rooms read them."""

from gis.region.load import TABLES as REFERENCE_TABLES

__all__ = ["REFERENCE_TABLES"]

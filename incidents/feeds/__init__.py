"""Feeds: documents of other systems, understood or refused, element by element. Parsers are pure."""

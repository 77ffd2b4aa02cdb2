"""The index of names (`gis.named`): filled from the region's tables and from lists that a city loads, searched by `gazetteer`.

One row for everything that has a name and a place. A search takes its candidates from indexes that do not depend on the
server's locale, by name, part of a name, sound, initials and codes, and ranks only those. When that finds little, it looks
for slips: a character left out, one too many, another one in its place, and pinyin that nearly sounds the same.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql
from psycopg.rows import class_row

from spine.db import Connection

REGION = "region"
ALIKE = 0.5
"""Least similarity (pg_trgm, 0–1) of the pinyin of two names that sound nearly alike."""
MOST_RANKED = 4000
"""Candidates that are ranked in full; of more, the nearest ones (or the shortest names) are taken."""
_NEVER = "\\_\\_none"  # no name looks like this
_LONGEST = 60
_SLIPPING = 12
"""Characters up to which slips are looked for."""

_FROM_REGION: LiteralString = """
    INSERT INTO gis.named (source, code, kind, name_zh, name_en, short_zh, short_en, area_code, point, pinyin, initials,
        other_codes, weight)
    SELECT 'region', code, level, name_zh, name_en, short_zh, short_en, code, point, pinyin, initials, other_codes,
           CASE level WHEN 'city' THEN 3 WHEN 'county' THEN 4 ELSE 5 END
    FROM gis.place
    UNION ALL
    SELECT 'region', code, kind, name_zh, name_en, name_zh, name_en, area_code, point, pinyin, initials, '{}', 0
    FROM gis.facility
    UNION ALL
    SELECT 'region', code, 'river', name_zh, name_en, name_zh, name_en, NULL, ST_PointOnSurface(line),
           lower(split_part(name_en, ' ', 1)), '', '{}', 2
    FROM gis.river WHERE name_zh IS NOT NULL
    UNION ALL
    SELECT 'region', name_zh, 'summit', name_zh, name_en, name_zh, name_en, NULL, point, lower(replace(name_en, ' ', '')), '',
           '{}', 1
    FROM gis.summit
"""
_SEARCH: LiteralString = """
    WITH candidate AS (
        SELECT n.*, ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) AS here
        FROM gis.named AS n
        WHERE ({where}) AND (%(within)s::text IS NULL OR starts_with(area_code, %(within)s))
        ORDER BY coalesce(point <-> ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326), length(name_zh) - weight)
        LIMIT {most}
    ), matched AS (
        SELECT c.*, ({rank})::float8 AS rank, ({match}) AS match, ST_DistanceSphere(point, here) AS distance_m
        FROM candidate AS c
    )
    SELECT code, kind, name_zh, name_en, short_zh, short_en, area_code, ST_X(point) AS lon, ST_Y(point) AS lat,
           rank + weight - least(coalesce(distance_m, 0) / 20000.0, 12) AS score, match, distance_m
    FROM matched WHERE rank IS NOT NULL
    ORDER BY score DESC, length(name_zh), code
    LIMIT %(limit)s
"""
_STRICT_WHERE: LiteralString = """
    code LIKE %(code_head)s OR code = %(text)s OR (other_codes <> '{}' AND other_codes @> ARRAY[%(text)s])
    OR name_zh LIKE %(head)s OR short_zh LIKE %(head)s OR pinyin = %(pinyin)s OR pinyin LIKE %(pinyin_head)s
    OR initials LIKE %(latin_head)s OR grams @> %(grams)s OR latin LIKE %(latin_inside)s OR lower(short_en) = %(text)s
"""
_STRICT_RANK: LiteralString = """
    CASE
        WHEN code = %(text)s OR %(text)s = ANY (other_codes) THEN 100
        WHEN name_zh = %(text)s OR short_zh = %(text)s THEN 95
        WHEN latin = %(text)s OR lower(short_en) = %(text)s THEN 93
        WHEN name_zh LIKE %(head)s OR short_zh LIKE %(head)s THEN 85
        WHEN pinyin = %(pinyin)s THEN 84
        WHEN pinyin LIKE %(pinyin_head)s THEN 76
        WHEN initials = nullif(%(latin)s, '') THEN 72
        WHEN name_zh LIKE %(inside)s THEN 66
        WHEN latin LIKE %(inside)s THEN 62
        WHEN initials LIKE %(latin_head)s THEN 52
        WHEN code LIKE %(code_head)s THEN 50
    END
"""
_STRICT_MATCH: LiteralString = """
    CASE
        WHEN code LIKE %(code_head)s OR code = %(text)s OR %(text)s = ANY (other_codes) THEN 'code'
        WHEN name_zh LIKE %(inside)s OR short_zh LIKE %(inside)s OR latin LIKE %(inside)s OR lower(short_en) = %(text)s THEN 'name'
        WHEN pinyin LIKE %(pinyin_head)s OR pinyin = %(pinyin)s THEN 'pinyin'
        ELSE 'initials'
    END
"""
_GAP_RANK: LiteralString = "CASE WHEN name_zh LIKE ANY (%(patterns)s) THEN 60 END"
_SLIP_RANK: LiteralString = """
    CASE
        WHEN name_zh LIKE ANY (%(patterns)s) THEN 48
        WHEN similarity(pinyin, %(pinyin)s) >= %(alike)s THEN 45 * similarity(pinyin, %(pinyin)s)
    END
"""


@dataclass(frozen=True, slots=True)
class NamedRow:
    """Anything with a name and a place on the map. `kind`: a place's level, a facility's kind, river, summit."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    area_code: str | None
    lon: float
    lat: float
    score: float
    match: str
    distance_m: float | None


def _like(text: str) -> str:
    """The text as it stands within a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def grams_of(*parts: str) -> list[str]:
    """As `gis.grams`: characters and pairs of neighbours of each part, without single characters of ASCII."""
    found: set[str] = set()
    for part in parts:
        for at, character in enumerate(part):
            if not character.isascii():
                found.add(character)
            if at + 1 < len(part):
                found.add(part[at : at + 2])
    return sorted(found)


async def search_named(
    conn: Connection,
    text: str,
    pinyin: str,
    latin: str,
    *,
    near: tuple[float, float] | None,
    within: str | None,
    limit: int,
) -> list[NamedRow]:
    """Named things, best first. `text` lower case; `pinyin` the text's pinyin; `latin` its letters if it is typed in letters,
    else empty; `within` an area code's beginning."""
    text = text[:_LONGEST]
    grams = grams_of(text)
    chinese = not text.isascii()
    letters = text if text.isascii() and len(re.sub(r"[^a-z0-9]", "", text)) >= 3 else ""
    words = {
        "text": text,
        "head": f"{_like(text)}%",
        "inside": f"%{_like(text)}%",
        "latin_inside": f"%{_like(letters)}%" if letters else _NEVER,
        "pinyin": pinyin or _NEVER,
        "pinyin_head": f"{_like(pinyin)}%" if len(pinyin) >= 2 else _NEVER,
        "latin": latin,
        "latin_head": f"{_like(latin)}%" if len(latin) >= 2 else _NEVER,
        "code_head": f"{text}%" if text.isdigit() and len(text) >= 4 else _NEVER,
        "grams": grams if chinese and len(text) >= 2 else [_NEVER],
        "lon": None if near is None else near[0],
        "lat": None if near is None else near[1],
        "within": within,
        "limit": limit,
    }
    rows = await _ask(conn, _STRICT_WHERE, _STRICT_RANK, _STRICT_MATCH, words)
    if len(rows) >= limit or (rows and rows[0].score >= 60):
        return rows
    slips = await _gapped(conn, text, words) if chinese else []
    if not slips and not rows:
        slips = await _slipped(conn, text if chinese else "", words)
    known = {(row.kind, row.code) for row in rows}
    more = [row for row in slips if (row.kind, row.code) not in known]
    return sorted([*rows, *more], key=lambda row: -row.score)[:limit]


async def _gapped(conn: Connection, text: str, words: Mapping[str, object]) -> list[NamedRow]:
    """Names that hold the text with something more in one place: 孟定小学 → 孟定镇中心小学."""
    if not 3 <= len(text) <= _SLIPPING:
        return []
    cuts = ((text[:at], text[at:]) for at in range(1, len(text)))
    ways = [(grams_of(*cut), f"%{_like(cut[0])}%{_like(cut[1])}%") for cut in cuts]
    return await _nearly(conn, ways, _GAP_RANK, words, by_sound=False)


async def _slipped(conn: Connection, text: str, words: Mapping[str, object]) -> list[NamedRow]:
    """Names with another character in one place of the text or without one of its characters, and names that sound alike."""
    ways: list[tuple[list[str], str]] = []
    if 3 <= len(text) <= _SLIPPING:
        for at in range(len(text)):
            before, after = text[:at], text[at + 1 :]
            ways.append((grams_of(before, after), f"%{_like(before)}_{_like(after)}%"))
            ways.append((grams_of(before + after), f"%{_like(before)}{_like(after)}%"))
    return await _nearly(conn, ways, _SLIP_RANK, words, by_sound=True)


async def _nearly(
    conn: Connection,
    ways: Sequence[tuple[list[str], str]],
    rank: LiteralString,
    words: Mapping[str, object],
    *,
    by_sound: bool,
) -> list[NamedRow]:
    """Names that hold all grams of one of the ways and match its pattern (`by_sound`: or sound alike), ranked.

    One search of the index for each way: together in one condition every way would be tried on every candidate.
    """
    named: dict[str, object] = {}
    searches: list[sql.Composable] = []
    for at, (grams, pattern) in enumerate(ways):
        named |= {f"grams{at}": grams, f"like{at}": pattern}
        searches.append(
            sql.SQL("SELECT ctid FROM gis.named WHERE grams @> {} AND name_zh LIKE {}").format(
                sql.Placeholder(f"grams{at}"), sql.Placeholder(f"like{at}")
            )
        )
    if by_sound:
        searches.append(sql.SQL("SELECT ctid FROM gis.named WHERE pinyin %% %(pinyin)s"))
        await conn.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", (str(ALIKE),))
    statement = sql.SQL(_SEARCH).format(
        where=sql.SQL("n.ctid = ANY (ARRAY({}))").format(sql.SQL(" UNION ").join(searches)),
        rank=sql.SQL(rank),
        match=sql.Literal("alike"),
        most=sql.Literal(MOST_RANKED),
    )
    patterns = [pattern for _, pattern in ways]
    async with conn.cursor(row_factory=class_row(NamedRow)) as cursor:
        await cursor.execute(statement, {**words, **named, "patterns": patterns, "alike": ALIKE}, prepare=False)
        return await cursor.fetchall()


async def _ask(
    conn: Connection, where: LiteralString, rank: LiteralString, match: LiteralString, words: Mapping[str, object]
) -> list[NamedRow]:
    statement = sql.SQL(_SEARCH).format(
        where=sql.SQL(where), rank=sql.SQL(rank), match=sql.SQL(match),
        most=sql.Literal(MOST_RANKED),
    )  # fmt: skip
    async with conn.cursor(row_factory=class_row(NamedRow)) as cursor:
        # Planned with the words known: an index on beginnings can be used only then.
        await cursor.execute(statement, words, prepare=False)
        return await cursor.fetchall()


async def refresh_region_names(conn: Connection) -> None:
    """Take the names of the region's tables anew: after they were loaded. In the caller's transaction."""
    await conn.execute("DELETE FROM gis.named WHERE source = 'region'")
    await conn.execute(_FROM_REGION)


async def replace_names(conn: Connection, source: str, rows: Iterable[Sequence[object]]) -> int:
    """Replace one list of names: rows of (code, kind, name_zh, name_en, area_code, lon, lat, pinyin, initials). Returns how
    many. In the caller's transaction. Raises ValueError for the name of the region's own rows."""
    if source == REGION:
        raise ValueError("the region's names are taken from its tables")
    await conn.execute("DELETE FROM gis.named WHERE source = %s", (source,))
    await conn.execute(
        """
        CREATE TEMPORARY TABLE arriving (code text, kind text, name_zh text, name_en text, area_code text, lon float8,
            lat float8, pinyin text, initials text) ON COMMIT DROP
        """
    )
    async with conn.cursor() as cursor, cursor.copy("COPY arriving FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)
    answer = await conn.execute(
        """
        INSERT INTO gis.named (source, code, kind, name_zh, name_en, short_zh, short_en, area_code, point, pinyin,
            initials, weight)
        SELECT %(source)s, code, kind, name_zh, name_en, name_zh, name_en, area_code,
               ST_SetSRID(ST_MakePoint(lon, lat), 4326), pinyin, initials, CASE kind WHEN 'village' THEN 3 ELSE 0 END
        FROM arriving
        """,
        {"source": source},
    )
    await conn.execute("DROP TABLE arriving")
    # What an index has put off is searched row by row; only the owner may have it done now, else the next vacuum does it.
    await conn.execute(
        """
        SELECT gin_clean_pending_list(c.oid) FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam
        WHERE a.amname = 'gin' AND pg_has_role(c.relowner, 'USAGE')
          AND c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'gis.named'::regclass)
        """
    )
    return answer.rowcount

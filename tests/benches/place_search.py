"""Place search over 100,000 names: `python -m tests.benches.place_search [--names N] [--queries N] [--json]`.

Names are made in the manner of the region (township + hamlet + what stands there), with pinyin as the loader makes it, and loaded
beside the training region. Queries are what people type: whole names, beginnings, parts, pinyin, initials, codes, and slips, each
asked through `gis.gazetteer.look_up` as `/api/places` does, on a connection of the application's kind. Baseline of the same run:
the same rows read by a query without an index (a sequential scan with `LIKE` and trigram similarity).
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from gis.gazetteer import look_up
from gis.name_index import replace_names
from gis.region.generate import DEFAULT_SEED
from gis.region.names import initials_of, pinyin_of
from gis.seed import seed_region
from spine.db import Connection, owner_connection, with_database
from spine.migrate import migrate
from spine.private_services import Services
from tests.conftest import drop
from tests.services import stop_test_services, test_services

BAR_MS = 50.0
_FIRST = "曼勐芒忙南班大小帮允翁永怕户回红安岔平上下新龙凤双河石白黑东西老营官水马牛羊花"
_SECOND = "坝寨海岗弄卡京令卖控朗掌团棚岭坪箐河村林山角门良洪桥沟湾塘田井坡头尾洞口街树竹茶"
_THINGS = (
    "村", "村委会", "小学", "中心小学", "幼儿园", "卫生室", "卫生院", "加油站", "茶厂", "糖厂", "水库", "大桥", "隧道", "派出所", "敬老院",
    "农贸市场", "采石场", "变电站", "物流园", "石油液化气站", "粮油供应站", "客运站", "有限责任公司", "综合服务中心",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    code: str
    kind: str
    name_zh: str
    area_code: str
    lon: float
    lat: float
    pinyin: str
    initials: str

    def row(self) -> tuple[object, ...]:
        english = f"{self.pinyin.capitalize()} {self.kind}"
        return (
            self.code, self.kind, self.name_zh, english, self.area_code, self.lon, self.lat, self.pinyin, self.initials,
        )  # fmt: skip


def make_names(count: int, townships: list[tuple[str, str, float, float]], chance: random.Random) -> Iterator[Made]:
    """`count` names spread over the townships (code, short name, lon, lat)."""
    for number in range(count):
        code, town, lon, lat = chance.choice(townships)
        hamlet = (
            chance.choice(_FIRST) + chance.choice(_SECOND) + (chance.choice(_SECOND) if chance.random() < 0.4 else "")
        )
        thing = chance.choice(_THINGS)
        name = hamlet + thing if chance.random() < 0.7 else town.rstrip("镇乡街道") + hamlet + thing
        yield Made(
            f"{code}{number:07d}", "village" if thing == "村" else "shop", name, code,
            lon + chance.uniform(-0.15, 0.15), lat + chance.uniform(-0.15, 0.15), pinyin_of(name), initials_of(name),
        )  # fmt: skip


def _slip(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, max(2, len(text) - 1))
    return text[:at] + chance.choice(
        [text[at + 1 :], chance.choice("大小上下ae") + text[at + 1 :], text[at : at + 1] + text[at:]]
    )


def make_queries(names: list[Made], count: int, chance: random.Random) -> list[tuple[str, str, str | None]]:
    """(what is asked, kind of query, the code that should be among the answers; None where many answer as well)."""
    made: list[tuple[str, str, str | None]] = []
    for number in range(count):
        name = chance.choice(names)
        zh, latin = name.name_zh, name.pinyin
        kind = (
            "whole",
            "beginning",
            "part",
            "two",
            "pinyin",
            "pinyin head",
            "initials",
            "code",
            "slip zh",
            "slip pinyin",
            "thing",
        )[number % 11]
        made.append(
            {
                "whole": (zh, kind, name.code), "beginning": (zh[:3], kind, None), "part": (zh[1:], kind, name.code),
                "two": (zh[:2], kind, None), "pinyin": (latin, kind, None), "pinyin head": (latin[:7], kind, None),
                "initials": (name.initials, kind, None), "code": (name.code, kind, name.code),
                "slip zh": (_slip(zh, chance), kind, None), "slip pinyin": (_slip(latin, chance), kind, None),
                "thing": (chance.choice(_THINGS), kind, None),
            }[kind]
        )  # fmt: skip
    return made


async def _baseline(conn: Connection, text: str) -> None:
    await (
        await conn.execute(
            """
            SELECT code FROM gis.named WHERE name_zh LIKE %(inside)s OR pinyin LIKE %(inside)s OR code = %(text)s
               OR similarity(pinyin, %(pinyin)s) >= 0.5
            ORDER BY similarity(pinyin, %(pinyin)s) DESC LIMIT 10
            """,
            {"inside": f"%{text}%", "text": text, "pinyin": pinyin_of(text) or text},
        )
    ).fetchall()


def _p(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def measure(services: Services, names: int, queries: int) -> dict[str, object]:
    database = f"bench_{uuid.uuid4().hex[:10]}"
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    url = with_database(services.database_url, database)
    try:
        await migrate(url)
        chance = random.Random(7)
        async with owner_connection(url) as conn:
            await seed_region(conn, DEFAULT_SEED)
            towns = await (
                await conn.execute(
                    "SELECT code, short_zh, ST_X(point), ST_Y(point) FROM gis.place WHERE level = 'township'"
                )
            ).fetchall()
            made = list(make_names(names, [(str(c), str(n), float(x), float(y)) for c, n, x, y in towns], chance))
            began = time.perf_counter()
            await replace_names(conn, "bench", (one.row() for one in made))
            await conn.commit()
            loaded_s = time.perf_counter() - began
            await conn.execute("ANALYZE gis.named")
            await conn.commit()
            asked = make_queries(made, queries, chance)
            for text, _, _ in asked[:50]:
                await look_up(conn, text, (99.08, 23.55), 10)
            took: list[float] = []
            by_kind: dict[str, list[float]] = {}
            missed = 0
            for text, kind, wanted in asked:
                began = time.perf_counter()
                found = await look_up(conn, text, (99.08, 23.55), 10)
                ms = (time.perf_counter() - began) * 1000
                took.append(ms)
                by_kind.setdefault(kind, []).append(ms)
                alike = [place for place in found.places if wanted in (place.code, None) or place.name_zh == text]
                missed += not alike and wanted is not None and kind in ("whole", "code")
            base: list[float] = []
            for text, _, _ in asked[: max(20, queries // 20)]:
                began = time.perf_counter()
                await _baseline(conn, text)
                base.append((time.perf_counter() - began) * 1000)
    finally:
        await drop(services, database)
    return {
        "names": names, "queries": queries, "loaded_s": round(loaded_s, 2), "p50_ms": round(_p(took, 0.5), 2),
        "p95_ms": round(_p(took, 0.95), 2), "p99_ms": round(_p(took, 0.99), 2), "max_ms": round(max(took), 2),
        "by_kind_p95_ms": {kind: round(_p(values, 0.95), 2) for kind, values in by_kind.items()},
        "not_found": missed, "scan_p50_ms": round(statistics.median(base), 1), "scan_p95_ms": round(_p(base, 0.95), 1),
        "bar_ms": BAR_MS, "met": _p(took, 0.95) <= BAR_MS and missed == 0,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1_100)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    services = test_services()
    try:
        result = asyncio.run(measure(services, given.names, given.queries))
    finally:
        stop_test_services()
    if given.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for name, value in result.items():
            print(f"{name:16} {value}")
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())

"""assess: any hazard model from the command line, with the same answer as the platform; and what every model asks for."""

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from gis.geometry import AREAS, check_point, parse_geometry
from spine.canonical import Json, JsonObject
from spine.clock import parse_iso
from spine.errors import Refused
from spine.settings import Settings
from web.words import locale, say

_KEYS = (
    "at", "lon", "lat", "class_key", "inputs", "footprint", "excluded", "seed", "draws", "figures", "area_code",
)  # fmt: skip


def add_assess(commands: Any) -> None:
    parser = commands.add_parser("assess", help="风险评估模型 / hazard models")
    parser.add_argument(
        "model", nargs="?", metavar="MODEL", help="模型，省略时由 class_key 决定 / by default that of class_key"
    )
    parser.add_argument("--list", action="store_true", help="列出模型及其输入 / the models, and what each asks for")
    parser.add_argument(
        "--input",
        metavar="FILE",
        help="JSON {at, lon, lat, class_key?, inputs?, footprint?, excluded?, seed?, draws?, figures?, area_code?}，- 为标准输入 / - is standard input",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--exposure",
        type=Path,
        metavar="FILE",
        help="人口点文件，代替平台数据库 / points from a file, not the platform's",
    )
    where.add_argument(
        "--no-exposure", action="store_true", help="不用人口数据：人数未知 / without people: their number is not known"
    )
    parser.add_argument("--source", default=None, help="人口数据来源 / where the points are from")
    parser.add_argument("--date", type=date.fromisoformat, default=None, help="人口数据日期 YYYY-MM-DD / their date")
    parser.add_argument("--day", default="people_day", metavar="COLUMN", help="白天人数列 / people by day")
    parser.add_argument("--night", default="people_night", metavar="COLUMN", help="夜间人数列 / people by night")
    parser.add_argument("--buildings", default=None, metavar="COLUMN", help="建筑数列 / buildings")
    parser.add_argument("--lon", default="lon", metavar="COLUMN")
    parser.add_argument("--lat", default="lat", metavar="COLUMN")
    parser.set_defaults(run=run_assess)


async def run_assess(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 for what is refused: the field and the reason on standard error, and as JSON where that was asked for."""
    try:
        if arguments.list:
            _tell_models(arguments)
            return 0
        told = await _assess(arguments, settings)
    except Refused as refused:
        zh = locale() == "zh"
        field = "" if refused.field is None else f"{refused.field}{'：' if zh else ': '}"
        print(field + refused.sentence(locale()), file=sys.stderr)
        if arguments.json:
            _print_json({"refused": refused.to_json()})
        return 1
    if arguments.json:
        _print_json(told)
    else:
        from web.cli_assess_text import answer_text

        print(answer_text(told, locale()))
    return 0


@dataclass(frozen=True, slots=True)
class Order:
    """What the file asks for, read as far as it can be without knowing the model."""

    at: datetime
    lon: float
    lat: float
    class_key: str | None
    inputs: Mapping[str, Json]
    footprint: Json
    excluded: frozenset[str]
    seed: int | None
    draws: int | None
    figures: Mapping[str, float]
    area_code: str | None


async def _assess(arguments: argparse.Namespace, settings: Settings) -> JsonObject:
    from gis.hazards.catalogue import model_for, model_named  # NumPy and SciPy take long to import
    from gis.hazards.inputs import read_inputs
    from gis.hazards.model import Case
    from gis.hazards.run import DRAWS, SEED, run
    from incidents.assessments.grading import grade_json, told_figures
    from incidents.classification import catalogue

    if arguments.input is None:
        raise _wrong("input", "需要 --input FILE。", "--input FILE is needed.")
    order = read_order(_read(arguments.input))
    if order.class_key is not None:
        catalogue().need(order.class_key, "class_key")
    if arguments.model is None and order.class_key is None:
        raise _wrong("model", "请给出模型，或在文件中给出 class_key。", "Name a model, or class_key in the file.")
    model = model_for(str(order.class_key)) if arguments.model is None else model_named(str(arguments.model))
    inputs = read_inputs(model.spec.inputs, order.inputs)
    drawn = order.footprint
    case = Case(
        class_key=order.class_key or model.spec.classes[0],
        at=order.at,
        lon=order.lon,
        lat=order.lat,
        inputs=inputs,
        footprint=None if drawn is None else parse_geometry(drawn, "footprint", kinds=AREAS, china=False),
        excluded=order.excluded,
    )
    ground = await _ground(arguments, settings, case.lon, case.lat, model.spec)
    seed, draws = SEED if order.seed is None else order.seed, DRAWS if order.draws is None else order.draws
    answer = await asyncio.to_thread(run, model, case, ground, seed, draws)
    known = {**order.figures, **told_figures(case.inputs)}
    grade = grade_json(case.class_key, answer.draws, known, order.area_code)
    return {**answer.to_json(), "grade": grade}


def read_order(text: str) -> Order:
    """Raises Refused `hazard_input`, naming the field: what is not JSON, not known, missing, or of the wrong kind."""
    try:
        raw: Any = json.loads(text)
    except ValueError as error:
        raise _wrong("input", f"不是 JSON：{error}。", f"This is not JSON: {error}.") from error
    if not isinstance(raw, Mapping):
        raise _wrong("input", "应是一个 JSON 对象。", "It must be a JSON object.")
    given = cast(Mapping[str, Json], raw)
    for name in given:
        if name not in _KEYS:
            raise _wrong(
                name, f"没有这一项；有：{'、'.join(_KEYS)}。", f"There is no such member; there are {', '.join(_KEYS)}."
            )
    lon, lat = _number(given, "lon"), _number(given, "lat")
    check_point(lon, lat, "point", china=False)
    return Order(
        at=_moment(given.get("at")),
        lon=lon,
        lat=lat,
        class_key=_text(given, "class_key"),
        inputs=_object(given, "inputs"),
        footprint=given.get("footprint"),
        excluded=frozenset(_texts(given, "excluded")),
        seed=_whole(given, "seed"),
        draws=_whole(given, "draws"),
        figures={name: _number(_object(given, "figures"), name) for name in _object(given, "figures")},
        area_code=_text(given, "area_code"),
    )


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    path = Path(name)
    if not path.is_file():
        raise _wrong("input", f"没有文件 {path}。", f"There is no file {path}.")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong("input", f"{path} 不是 UTF-8 文本。", f"{path} is not UTF-8 text.") from error


def _wrong(field: str, zh: str, en: str) -> Refused:
    return Refused("hazard_input", zh=zh, en=en, field=field)


def _moment(value: Json) -> datetime:
    if isinstance(value, str):
        try:
            return parse_iso(value)
        except ValueError:
            pass
    raise _wrong(
        "at",
        "应是带时区的时间，如 2026-03-01T10:12:00+08:00。",
        "It must be a time with its offset, such as 2026-03-01T10:12:00+08:00.",
    )


def _number(given: Mapping[str, Json], name: str) -> float:
    value = given.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong(name, "应是数字。", "It must be a number.")
    return float(value)


def _whole(given: Mapping[str, Json], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(name, "应是不小于 0 的整数。", "It must be a whole number of 0 or more.")
    return value


def _text(given: Mapping[str, Json], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong(name, "应是文字。", "It must be text.")
    return value


def _texts(given: Mapping[str, Json], name: str) -> Sequence[str]:
    value = given.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in cast(list[Any], value)):
        raise _wrong(name, "应是编号的列表。", "It must be a list of ids.")
    return cast(list[str], value)


def _object(given: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(name, "应是一个 JSON 对象。", "It must be a JSON object.")
    return cast(Mapping[str, Json], value)


async def _ground(arguments: argparse.Namespace, settings: Settings, lon: float, lat: float, spec: Any) -> Any:
    """Who and what is where: the platform's, unless a file or nothing was asked for."""
    from gis.hazards.ground import empty_ground

    if arguments.no_exposure:
        return empty_ground()
    if arguments.exposure is not None:
        return await asyncio.to_thread(_ground_of_file, arguments)
    from gis.hazards.ground_store import read_ground, read_heights
    from spine.db import connect_as_app
    from web.cli_run import find_services

    conn = await connect_as_app(find_services(settings).database_url)
    try:
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        ground = await read_ground(conn)
        if spec.heights_km > 0:
            heights = await read_heights(conn, lon, lat, spec.heights_km, spec.heights_cell_m)
            ground = replace(ground, heights=heights)
        return ground
    finally:
        await conn.close()


def _ground_of_file(arguments: argparse.Namespace) -> Any:
    """Points only: townships, facilities, roads and heights are not known."""
    from gis.exposure.points import ExposurePoints
    from gis.exposure.read import Columns, read_points
    from gis.hazards.ground import Basis, Ground

    path: Path = arguments.exposure
    columns = Columns(arguments.day, arguments.night, arguments.buildings, arguments.lon, arguments.lat)
    drawn = read_points(path, columns, [])
    points = ExposurePoints(
        drawn.lon,
        drawn.lat,
        drawn.township,
        drawn.people_day.astype(float),
        drawn.people_night.astype(float),
        drawn.buildings.astype(float),
        0,
    )
    undated = arguments.date is None
    basis = Basis(
        key=hashlib.sha256(path.read_bytes()).hexdigest()[:24],
        source_zh=arguments.source or f"文件 {path.name}",
        source_en=arguments.source or f"file {path.name}",
        date=None if undated else arguments.date.isoformat(),
        synthetic=False,
        limits_zh=(
            "只有人口点：乡镇、设施、道路和高程未知。",
            *(("人口数据没有日期，不知道有多旧。",) if undated else ()),
        ),
        limits_en=(
            "People only: townships, facilities, roads and heights are not known.",
            *(("The points have no date: how old they are is not known.",) if undated else ()),
        ),
    )
    return Ground(
        basis, points, (), (), None, has_buildings=arguments.buildings is not None, has_facilities=False
    )  # fmt: skip


def _tell_models(arguments: argparse.Namespace) -> None:
    from gis.hazards.catalogue import MODELS, model_named, spec_json

    chosen = MODELS if arguments.model is None else (model_named(str(arguments.model)),)
    specs = [spec_json(model) for model in chosen]
    if arguments.json:
        _print_json(cast(Json, specs))
        return
    from web.cli_assess_text import models_text

    print(models_text(specs, locale()))
    say(f"共 {len(specs)} 个模型。", f"{len(specs)} models.")


def _print_json(told: Json) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False))

"""What was found while a file was read: counted by kind, with examples, so that nothing is repaired or left out in silence."""

from dataclasses import dataclass, field
from typing import Literal

from gis.exchange.options import MOST_EXAMPLES
from spine.canonical import Json, JsonObject

Weight = Literal["note", "repaired", "left_out"]

_SAID: dict[str, tuple[Weight, str, str]] = {
    "crosses_itself": ("repaired", "图形无效（自相交等），已修复", "invalid outlines (crossing themselves and the like) were repaired"),
    "has_height": ("repaired", "带高程，只保留平面位置", "heights were dropped; only the place is kept"),
    "collection": ("repaired", "混合几何，只保留维数最高的部分", "mixed geometry: only the parts of the highest dimension were kept"),
    "no_geometry": ("left_out", "没有图形", "have no geometry"),
    "not_finite": ("left_out", "坐标不是有限数字", "have coordinates that are not finite numbers"),
    "not_a_number": ("left_out", "坐标栏不是数字", "have no number in a coordinate column"),
    "out_of_range": ("left_out", "坐标超出经纬度范围", "lie outside the range of longitude and latitude"),
    "antimeridian": ("left_out", "跨越 180° 经线", "cross the 180° meridian"),
    "collapsed": ("left_out", "修复后图形消失", "are nothing once repaired"),
    "not_readable": ("left_out", "图形无法识别", "have a geometry that cannot be read"),
    "too_short_row": ("left_out", "列数与表头不符", "have another number of columns than the header"),
    "height_impossible": ("left_out", "高程不在 −500 至 9000 米之间，按未知处理", "heights outside −500 to 9,000 m: taken as not known"),
    "unit_assumed": ("note", "未说明高程单位，按米处理", "the unit of height is not said: taken for metres"),
    "unit_converted": ("note", "高程已换算为米", "heights were converted to metres"),
    "nodata_none": ("note", "文件没有表示“未知”的值", "the file names no value for 'not known'"),
    "averaged": ("note", "栅格比保存的高程更细，已取平均", "the raster is finer than heights are kept: it was averaged"),
    "other_pages": ("note", "文件有多页，只读取第一页", "the file has several pages: only the first was read"),
    "sampled": ("note", "预览只抽查了部分像元", "the preview looked at a sample of the cells only"),
    "far_from_city": ("note", "离本市很远，请核对坐标系", "lie far from the city: check the coordinate system"),
    "external_links": ("note", "含外部链接，未读取", "external links, which were not followed"),
    "encoding_guessed": ("note", "文件未说明编码，按内容判断", "the file does not name its encoding: judged by its content"),
    "crs_overruled": ("note", "采用指定的坐标系，而不是文件所写的", "the given coordinate system was used, not the file's own"),
    "crs_accuracy": ("note", "坐标转换精度未知，可能偏差数十米", "the accuracy of the conversion is not known: it may be off by tens of metres"),
    "origin_assumed": ("note", "未说明坐标来源，按 WGS 84 处理", "no origin was given: taken for WGS 84"),
    "columns_guessed": ("note", "按列名判断经纬度所在列", "the coordinate columns were told by their names"),
    "renamed": ("note", "属性名已调整", "attribute names were changed"),
    "binary_dropped": ("note", "二进制属性未导入", "binary attributes were not taken"),
    "only_first": ("note", "只检查了前面一部分", "only the first part was checked"),
    "title_left_out": ("note", "列名之上的标题行未导入", "a title above the column names was left out"),
    "prj_unreadable": ("note", ".prj 无法识别，未采用", "the .prj is not to be read and was not used"),
    "value_not_fitting": ("repaired", "值不能读作所选的类型，已置空", "values that are not of the chosen type were left empty"),
    "text_cut": ("note", "文字在文件中已被截断", "text was cut off in the file itself"),
}  # fmt: skip


@dataclass(slots=True)
class _Finding:
    count: int = 0
    examples: list[JsonObject] = field(default_factory=list[JsonObject])


class Findings:
    def __init__(self) -> None:
        self._found: dict[str, _Finding] = {}
        self.unread: set[int] = set()
        """Features whose geometry nobody could read: counted already, not once more as having none."""

    def add(
        self, code: str, count: int = 1, *, feature: int | None = None, say: str = "", at: list[float] | None = None
    ) -> None:
        """`feature`: its number in the file, from 1."""
        finding = self._found.setdefault(code, _Finding())
        finding.count += count
        if len(finding.examples) < MOST_EXAMPLES and (feature is not None or say):
            place: Json = None if at is None else [round(value, 6) for value in at]
            finding.examples.append({"feature": feature, "say": say, "at": place})

    def count(self, weight: Weight) -> int:
        return sum(found.count for code, found in self._found.items() if _SAID[code][0] == weight)

    def to_json(self) -> list[JsonObject]:
        """The gravest first."""
        order = {"left_out": 0, "repaired": 1, "note": 2}
        rows: list[JsonObject] = []
        for code, found in sorted(self._found.items(), key=lambda item: (order[_SAID[item[0]][0]], item[0])):
            weight, zh, en = _SAID[code]
            rows.append(
                {
                    "code": code,
                    "weight": weight,
                    "zh": zh,
                    "en": en,
                    "count": found.count,
                    "examples": list(found.examples),
                }
            )
        return rows

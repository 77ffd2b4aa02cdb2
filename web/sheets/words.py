"""The words that stand on every sheet, in both languages."""

from collections.abc import Mapping
from typing import Literal

Locale = Literal["zh", "en"]

WORDS: Mapping[Locale, Mapping[str, str]] = {
    "zh": {
        "legend": "图例",
        "true_north": "真北",
        "gaps": "▲ 本图缺少以下内容",
        "gaps_overleaf": "本图有 {n} 项内容未能取得，列于第 2 页。",
        "times": "数据时间",
        "sources": "资料来源",
        "notes": "说明",
        "overleaf": "续：其余内容见第 2 页。",
        "unknown_date": "日期不详",
        "illustrative": "示意数据",
        "exercise": "演练",
        "no_incident": "应急专题图",
        "printed": "制图：{who}　{when}（北京时间）",
        "pictures_at": "事件、预警、任务、标绘等截至 {when}",
        "pictures_unknown": "事件、预警、任务、标绘等的时间：未知",
        "positions_at": "力量位置截至 {when}（每处更旧的位置在其名称旁注明）",
        "positions_unknown": "力量位置的时间：未知",
        "replay": "力量位置是历史回放：{when}，不是现在",
        "scale_note": "比例尺在图幅中心纬度 {lat} 处准确；到上下图边相差 {off}",
        "crs": "坐标：WGS 84 经纬度（与 CGCS2000 在本图精度内一致）。投影：Web 墨卡托（EPSG:3857），上方为真北方位 {bearing}。",
        "internal": "本图由系统自动生成，供应急指挥内部使用；未经地图审核，不得公开。",
        "marked_illustrative": "图上标“示意数据”的图层不是实测资料，不得据以定位或施工。",
        "restricted": "含限制使用图层：{names}",
        "sheet": "图号 {id}",
        "comma": "、",
    },
    "en": {
        "legend": "Legend",
        "true_north": "true north",
        "gaps": "▲ Missing from this map",
        "gaps_overleaf": "{n} things could not be had for this map; they are listed on page 2.",
        "times": "Data as of",
        "sources": "Sources",
        "notes": "Notes",
        "overleaf": "The rest is on page 2.",
        "unknown_date": "date not known",
        "illustrative": "illustrative",
        "exercise": "EXERCISE",
        "no_incident": "Emergency map",
        "printed": "Printed by {who}, {when} (UTC+8)",
        "pictures_at": "Incidents, warnings, orders and drawings as of {when}",
        "pictures_unknown": "Incidents, warnings, orders and drawings: time not known",
        "positions_at": "Positions as of {when} (an older one says so beside its name)",
        "positions_unknown": "Positions: time not known",
        "replay": "Positions are a replay of {when}, not of now",
        "scale_note": "Scale true at the sheet's centre latitude {lat}; off by {off} at the upper and lower edges",
        "crs": "Coordinates: WGS 84 (the same as CGCS2000 at this map's precision). Projection: Web Mercator (EPSG:3857); bearing of the upper edge {bearing} from true north.",
        "internal": "Made by the system for internal use in emergency command; not reviewed for publication.",
        "marked_illustrative": "Layers marked as illustrative are no surveyed data: do not locate or build by them.",
        "restricted": "Holds restricted layers: {names}",
        "sheet": "Sheet {id}",
        "comma": ", ",
    },
}

GRADES: Mapping[Locale, Mapping[str, str]] = {
    "zh": {
        "I": "特别重大（I 级）",
        "II": "重大（II 级）",
        "III": "较大（III 级）",
        "IV": "一般（IV 级）",
        "none": "未达等级",
    },
    "en": {"I": "grade I", "II": "grade II", "III": "grade III", "IV": "grade IV", "none": "below all grades"},
}
DECIDED: Mapping[Locale, str] = {"zh": "已核定", "en": "decided"}
SUGGESTED: Mapping[Locale, str] = {"zh": "系统建议，未核定", "en": "suggested, not decided"}
UNGRADED: Mapping[Locale, str] = {"zh": "未定级", "en": "not graded"}

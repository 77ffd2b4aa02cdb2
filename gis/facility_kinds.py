"""The kinds of facility the platform knows, with their names in both languages. Adding a kind is one row."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FacilityKind:
    key: str
    zh: str
    en: str


KINDS: tuple[FacilityKind, ...] = (
    FacilityKind("hospital", "综合医院", "General hospital"),
    FacilityKind("tcm_hospital", "中医医院", "Hospital of Chinese medicine"),
    FacilityKind("cdc", "疾病预防控制中心", "Centre for disease control"),
    FacilityKind("blood_station", "血站", "Blood station"),
    FacilityKind("clinic", "卫生院", "Health centre"),
    FacilityKind("school", "学校", "School"),
    FacilityKind("shelter", "应急避难场所", "Emergency shelter"),
    FacilityKind("depot", "应急物资储备库", "Relief goods depot"),
    FacilityKind("fire_station", "消防救援站", "Fire and rescue station"),
    FacilityKind("reservoir", "水库", "Reservoir"),
    FacilityKind("dam", "水电站大坝", "Hydropower dam"),
    FacilityKind("hazardous_site", "危险源", "Hazardous site"),
    FacilityKind("airport", "机场", "Airport"),
    FacilityKind("port", "口岸", "Border port"),
)
BY_KEY = {kind.key: kind for kind in KINDS}

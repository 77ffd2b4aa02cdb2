"""What forms and screens of this room are made from: classes, figures, grades, transitions, limits (pure)."""

from incidents.classification import catalogue
from incidents.feeds.base import COLOURS
from incidents.grading_rules import GRADE_WORDS, GRADES, grading_rules
from incidents.metrics import metrics
from incidents.reporting import reporting
from incidents.transitions import transitions
from spine.canonical import Json

_RELATIONS = {
    "secondary": ("次生事件", "secondary event"),
    "derivative": ("衍生事件", "derivative event"),
    "related": ("相关事件", "related event"),
}
_COLOUR_WORDS = {
    "red": ("红色", "red"),
    "orange": ("橙色", "orange"),
    "yellow": ("黄色", "yellow"),
    "blue": ("蓝色", "blue"),
}
_FORMS = {
    "first": ("首报", "first report"),
    "follow_up": ("续报", "follow-up report"),
    "final": ("终报", "final report"),
}


def incident_catalogue() -> dict[str, Json]:
    """classes, metrics, derived_metrics, grades, rule_sets, colours, report_forms, relations, incident_transitions, report_limits."""
    limits = reporting().file
    return {
        "classes": catalogue().to_json(),
        "metrics": metrics().to_json(),
        "derived_metrics": metrics().derived_to_json(),
        "grades": [{"grade": g, "zh": GRADE_WORDS[g][0], "en": GRADE_WORDS[g][1]} for g in GRADES],
        "rule_sets": grading_rules().to_json(),
        "colours": [{"colour": c, "zh": _COLOUR_WORDS[c][0], "en": _COLOUR_WORDS[c][1]} for c in COLOURS],
        "report_forms": [{"form": form, "zh": zh, "en": en} for form, (zh, en) in _FORMS.items()],
        "relations": [{"relation": relation, "zh": zh, "en": en} for relation, (zh, en) in _RELATIONS.items()],
        "incident_transitions": {name: machine.to_json() for name, machine in transitions().items()},
        "report_limits": [
            {
                "applies": list(row.applies),
                "phone_minutes": row.phone_minutes,
                "written_minutes": row.written_minutes,
                "to_zh": row.to.zh,
                "to_en": row.to.en,
                "source_zh": row.source.zh,
                "source_en": row.source.en,
                "verified": row.verified,
            }
            for row in limits.first_report
        ],
    }

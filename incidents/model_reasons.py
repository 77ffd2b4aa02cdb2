"""Reasons for a grade that come from a hazard model, beside those that come from figures (pure).

A model may raise what is suggested, never lower it (invariant 10): its reason stands through later figures and milder
answers until a person has decided the grade, or the incident turned out to be of another class.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from incidents.grading import Suggestion, is_worse, worst
from incidents.grading_rules import GRADES, Grade
from incidents.incident import Incident
from spine.canonical import Json, JsonObject


def model_reasons(
    answer: Mapping[str, Json], *, assessment_id: str, no: int, class_key: str, at: str
) -> list[JsonObject]:
    """What an answer says for the grade that it suggests, as reasons of the incident's suggestion; none when it suggests none."""
    grade = cast(Mapping[str, Json], answer.get("grade") or {})
    suggested = grade.get("suggested")
    if suggested is None:
        return []
    model = cast(Mapping[str, Json], answer["model"])
    given = [r for r in cast(Sequence[Mapping[str, Json]], grade.get("reasons") or []) if r.get("grade") == suggested]
    probabilities = cast(Mapping[str, Json], grade.get("probabilities") or {})
    found: list[JsonObject] = []
    for reason in given or [{"zh": "", "en": ""}]:
        said_zh, said_en = str(reason.get("zh") or "").rstrip("。"), str(reason.get("en") or "").rstrip(".")
        found.append(
            {
                "rule_set": f"model:{model['id']}@{model['version']}",
                "clause": "",
                "source": f"模型评估·{model['zh']}",
                "metric": reason.get("metric"),
                "value": None,
                "threshold": reason.get("threshold"),
                "grade": suggested,
                "zh": f"{model['zh']}第{no}版评估：{said_zh or '建议此等级'}（模型估计，待核实）。",
                "en": f"{model['en']}, assessment no. {no}: {said_en or 'suggests this grade'} (a model's estimate, to be checked).",
                "verified": False,
                "model": {
                    "id": model["id"],
                    "version": model["version"],
                    "assessment_id": assessment_id,
                    "class_key": class_key,
                    "probability": reason.get("probability", probabilities.get(str(suggested))),
                    "at": at,
                },
            }
        )
    return found


def standing_reasons(incident: Incident) -> list[JsonObject]:
    """The model's reasons in what is suggested now that no decision has answered."""
    decided = "" if incident.grade_decided is None else str(incident.grade_decided["at"])
    suggested = cast(Sequence[Mapping[str, Json]], (incident.grade_suggested or {}).get("reasons") or [])
    found: list[JsonObject] = []
    for reason in suggested:
        model = reason.get("model")
        if isinstance(model, Mapping) and model.get("class_key") == incident.class_key and str(model["at"]) > decided:
            found.append(reason)
    return found


def together(suggestion: Suggestion | None, models: Sequence[JsonObject]) -> tuple[Grade, list[Json]] | None:
    """The worst grade that figures or models give, with all reasons, worst first and figures before models."""
    reasons: list[JsonObject] = [] if suggestion is None else cast(list[JsonObject], suggestion.reasons_json())
    reasons = sorted([*reasons, *models], key=lambda reason: GRADES.index(cast(Grade, reason["grade"])))
    grade = worst(cast(Grade, reason["grade"]) for reason in reasons)
    return None if grade is None else (grade, list[Json](reasons))


def raises(incident: Incident, suggested: Grade | None, known_at: str | None) -> bool:
    """Whether a model's grade is worse than what is suggested, and no person has decided since a model first said so.

    `known_at`: when a live answer first suggested this grade or a worse one; None: never before.
    """
    if suggested is None:
        return False
    if incident.suggested_grade is not None and not is_worse(suggested, incident.suggested_grade):
        return False
    decided = incident.grade_decided
    return decided is None or known_at is None or str(decided["at"]) < known_at

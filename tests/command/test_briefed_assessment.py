"""What a briefing says of an assessment: bands with their chances, what is as likely, what could not be made; never one number."""

from datetime import UTC, datetime
from typing import Any, cast

from command.briefed_assessment import MOST_PLACES, briefed_assessment
from spine.fold import Picture

AT = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
BANDS = ["0", "1-9", "10-99", "100-999", "1000+"]


def outcome(shares: list[float] | None, **more: Any) -> dict[str, Any]:
    words = {
        "zh": "死亡",
        "en": "dead",
        "unit_zh": "人",
        "unit_en": "people",
        "best_zh": "死亡 1–9 人",
        "best_en": "1–9 dead",
    }
    known = {"p10": 0, "p50": 8, "p90": 60} if shares else {"p10": None, "p50": None, "p90": None}
    return {**words, **known, "bands": BANDS, "band_probabilities": shares, "often_zh": None, "often_en": None, **more}


def live(shares: list[float] | None, refusal: dict[str, Any] | None = None, **more: Any) -> Picture:
    answer: dict[str, Any] = {
        "model": {"id": "quake", "version": "1", "zh": "", "en": ""},
        "casualties": "estimated",
        "primary": "dead",
        "outcomes": {"injured": outcome([0.1, 0.6, 0.2, 0.1, 0.0]), "dead": outcome(shares)},
        "priority": [{"code": str(n), "rank": n} for n in range(1, 9)],
        "errors": {"largest": "vulnerability", "largest_zh": "伤亡率", "largest_en": "rates"},
        **more,
    }
    one: dict[str, Any] = {"no": 3, "at": "2026-03-01T02:12:40.000000Z", "answer": answer, "refusal": refusal}
    return cast(Picture, {"assessments": {"live": one}})


def test_nothing_is_told_where_no_model_has_spoken() -> None:
    assert briefed_assessment({}, AT) == {"state": "none", "estimate": None, "refusal": None, "supposed": []}


def test_the_estimate_has_all_bands_the_interval_its_age_and_no_middle_number() -> None:
    told = briefed_assessment(live([0.19, 0.45, 0.25, 0.1, 0.01]), AT)
    estimate = cast(dict[str, Any], told["estimate"])
    first = estimate["outcomes"][0]
    assert (told["state"], estimate["no"], estimate["age_minutes"]) == ("answered", 3, 17)
    assert (first["name"], first["best"], first["rival"]) == ("dead", "1-9", None)
    assert [one["band"] for one in first["bands"]] == BANDS
    assert (first["p10"], first["p90"]) == (0, 60)
    assert "p50" not in first
    assert estimate["largest_error"]["largest"] == "vulnerability"
    assert (len(estimate["places"]), estimate["more_places"]) == (MOST_PLACES, 3)


def test_a_band_that_is_nearly_as_likely_is_named_beside_the_best() -> None:
    told = briefed_assessment(live([0.1, 0.36, 0.33, 0.2, 0.01]), AT)
    assert cast(dict[str, Any], told["estimate"])["outcomes"][0]["rival"] == "10-99"


def test_what_cannot_be_known_has_no_number() -> None:
    first = cast(dict[str, Any], briefed_assessment(live(None), AT)["estimate"])["outcomes"][0]
    assert (first["known"], first["p10"], first["p90"], first["bands"]) == (False, None, None, [])


def test_a_refusal_is_told_beside_the_older_answer_or_alone() -> None:
    refusal: dict[str, Any] = {
        "code": "model_failed",
        "zh": "出错",
        "en": "failed",
        "asks": [],
        "at": "2026-03-01T02:20:00.000000Z",
    }
    assert briefed_assessment(live([0.2, 0.3, 0.3, 0.1, 0.1], refusal), AT)["state"] == "outdated"
    alone = cast(Picture, {"assessments": {"live": {"no": 1, "at": refusal["at"], "answer": None, "refusal": refusal}}})
    told = briefed_assessment(alone, AT)
    assert (told["state"], told["estimate"], cast(dict[str, Any], told["refusal"])["zh"]) == ("failed", None, "出错")
    asking = {**refusal, "code": "input_missing", "asks": [{"name": "magnitude"}]}
    alone = cast(Picture, {"assessments": {"live": {"no": 1, "at": refusal["at"], "answer": None, "refusal": asking}}})
    assert briefed_assessment(alone, AT)["state"] == "asking"


def test_what_ifs_are_named_and_nothing_of_theirs_is_told() -> None:
    picture = cast(
        Picture,
        {
            "assessments": {"w": {"no": 2, "at": "2026-03-01T02:20:00.000000Z", "answer": {}, "refusal": None}},
            "what_ifs": {
                "w": {
                    "title": "如果刮北风",
                    "by": {"id": "a", "name": "李敏"},
                    "at": "2026-03-01T02:19:00Z",
                    "inputs": {},
                }
            },
        },
    )
    told = briefed_assessment(picture, AT)
    assert (told["state"], told["estimate"]) == ("none", None)
    assert [one["title"] for one in cast(list[dict[str, Any]], told["supposed"])] == ["如果刮北风"]

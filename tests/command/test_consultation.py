"""Parallel opinions: silence never becomes consent where a life may depend on it, and no sequence of deeds leaves the tables."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command.consultations import consultation as rules
from command.consultations.consultation import Asked, Consultation, Speaker, Step
from command.consultations.rules import check_rules, consultation_rules
from spine.errors import Refused
from tests.command.made import act, at

ASK = (Asked("PSB"), Asked("TRA", "绕行可行吗？", 30))
NOBODY = Speaker(frozenset(), frozenset())
EMB = Speaker(frozenset({"EMB"}), frozenset())


def asked(subject: str = "road_closure", **over: Any) -> Step:
    given_: dict[str, Any] = {
        "no": "S530926-20260301-001-H01",
        "incident": (UUID(int=2), "耿马地震", "530926"),
        "subject": subject,
        "title": "关闭314国道K20至K25",
        "question": None,
        "ask": ASK,
        "lead": "EMB",
        "mode": None,
        "asker_department": None,
    }
    return rules.request(UUID(int=8), act(0), **(given_ | over))


def of(*departments: str) -> Speaker:
    return Speaker(frozenset(departments), frozenset())


def post(*posts: str) -> Speaker:
    return Speaker(frozenset(), frozenset(posts))


def refusal(deed: Any) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    assert refused.value.zh
    assert refused.value.en
    return refused.value.code


def opinion(held: Consultation, department: str) -> rules.Opinion:
    return held.opinion_of(department)


def test_each_has_its_own_clock_and_question() -> None:
    step = asked()
    assert [(c.op, c.due) for c in step.clocks] == [("start", at(20)), ("start", at(30))]
    assert [o.question for o in step.consultation.opinions] == [None, "绕行可行吗？"]
    assert step.consultation.question == consultation_rules().subjects["road_closure"].question_zh


def test_asking_wrongly() -> None:
    assert refusal(lambda: asked("road_closure", mode="tacit")) == "tacit_for_safety"
    assert refusal(lambda: asked("public_statement", mode="tacit")) == "tacit_without_rule"
    assert refusal(lambda: asked("tea_party")) == "unknown_subject"
    assert refusal(lambda: asked(ask=())) == "nobody_asked"
    assert refusal(lambda: asked(ask=(Asked("PSB"), Asked("PSB")))) == "asked_twice"
    assert refusal(lambda: asked(title=" ")) == "title_required"


def test_every_subject_that_may_cost_lives_is_explicit() -> None:
    subjects = consultation_rules().subjects
    assert {"road_closure", "evacuation", "dam_release", "all_clear"} <= {k for k, s in subjects.items() if s.safety}
    assert all(s.mode == "explicit" for s in subjects.values() if s.safety)
    bad = replace(subjects["evacuation"], mode="tacit", ask=("NOBODY",), minutes=0)
    troubles = check_rules(replace(consultation_rules(), subjects={"evacuation": bad}, escalate_to=("king",)))
    assert len(troubles) == 4
    assert all(zh and en for zh, en in troubles)


def test_silence_is_agreement_only_by_rule() -> None:
    held = asked("stock_release").consultation
    first = rules.silence(held, act(31), held.opinions[0].id)
    assert (first.consultation.opinions[0].state, first.consultation.opinions[0].decision_mode) == ("tacit", "tacit")
    held = rules.give(first.consultation, act(32), "TRA", "agree", None, of("TRA")).consultation
    assert (held.state, held.merge_due) == ("ready", at(47))
    late = rules.give(held, act(33), "PSB", "disagree", "库存不足", of("PSB"))
    assert late.late
    assert late.consultation.opinions[0].stance == "agree"
    assert late.consultation.state == "ready"
    assert refusal(lambda: rules.give(late.consultation, act(34), "PSB", "agree", None, of("PSB"))) == "opinion_given"
    merged = rules.merge(held, act(35), result="approved", text="同意调用", addressed={}, speaker=of("EMB"))
    assert merged.consultation.answer is not None
    assert merged.consultation.answer["decision_mode"] == "tacit"


def test_silence_about_a_road_closure_goes_to_the_next_post_who_answers_in_its_stead() -> None:
    held = asked().consultation
    psb = held.opinions[0].id
    assert not rules.silence(held, act(19), psb).moved
    step = rules.silence(held, act(20), psb)
    held = step.consultation
    assert (held.opinions[0].state, held.opinions[0].stance) == ("escalated", None)
    assert [(c.op, c.due, c.post and c.post.id) for c in step.clocks] == [("start", at(30), "office_head")]
    assert refusal(lambda: rules.give(held, act(21), "PSB", "agree", None, post("commander"))) == "opinion_not_yours"
    held = rules.give(held, act(22), "PSB", "agree", None, post("office_head")).consultation
    assert held.opinions[0].decision_mode == "escalated"
    late = rules.give(held, act(23), "PSB", "disagree", "有大型活动", of("PSB"))
    assert late.late
    held = rules.give(held, act(24), "TRA", "agree", None, of("TRA")).consultation
    assert rules.overall_mode(held) == "escalated"


def test_who_may_speak_and_how_often() -> None:
    held = asked().consultation
    assert refusal(lambda: rules.give(held, act(1), "HEB", "agree", None, of("HEB"))) == "not_asked"
    assert refusal(lambda: rules.give(held, act(1), "PSB", "agree", None, of("TRA"))) == "opinion_not_yours"
    assert refusal(lambda: rules.give(held, act(1), "PSB", "agree", None, post("office_head"))) == "opinion_not_yours"
    assert refusal(lambda: rules.give(held, act(1), "PSB", "disagree", " ", of("PSB"))) == "reason_required"
    assert refusal(lambda: rules.give(held, act(1), "PSB", "conditions", None, of("PSB"))) == "reason_required"
    given_ = rules.give(held, act(1), "PSB", "agree", None, of("PSB")).consultation
    assert refusal(lambda: rules.give(given_, act(2), "PSB", "abstain", None, of("PSB"))) == "opinion_given"


def test_merging_needs_every_opinion_and_an_answer_to_every_objection() -> None:
    held = asked().consultation

    def merge(speaker: Speaker = EMB, result: rules.Result = "approved", **addressed: str) -> Step:
        return rules.merge(held, act(9), result=result, text="统一答复", addressed=addressed, speaker=speaker)

    assert refusal(lambda: merge(of("PSB"))) == "not_lead"
    assert refusal(merge) == "opinions_missing"
    held = rules.give(held, act(1), "PSB", "disagree", "影响救护车", of("PSB")).consultation
    held = rules.give(held, act(2), "TRA", "conditions", "保留一条应急车道", of("TRA")).consultation
    assert refusal(merge) == "objection_unanswered"
    assert refusal(lambda: merge(PSB="救护车凭证通行")) == "objection_unanswered"
    assert refusal(lambda: merge(PSB="救护车凭证通行", HEB="？")) == "not_asked"
    step = merge(PSB="救护车凭证通行", result="conditional")
    assert step.consultation.state == "answered"
    assert merge(PSB="救护车凭证通行", TRA="采纳").consultation.answer is not None
    assert (
        refusal(lambda: rules.withdraw(step.consultation, act(10), "不需要了", by_asker=True)) == "consultation_ended"
    )


def test_a_lead_that_does_not_merge_is_replaced_by_the_post_that_is_asked() -> None:
    held = asked().consultation
    for code in ("PSB", "TRA"):
        held = rules.give(held, act(1), code, "agree", None, of(code)).consultation
    assert not rules.merge_silence(held, act(15)).moved
    held = rules.merge_silence(held, act(16)).consultation
    step = rules.merge(held, act(17), result="approved", text="同意", addressed={}, speaker=post("office_head"))
    assert step.consultation.answer is not None
    assert step.consultation.answer["decision_mode"] == "escalated"


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["give", "silence", "merge", "merge_silence", "withdraw", "resume"]),
        st.sampled_from(["PSB", "TRA", "EMB", "HEB"]),
        st.sampled_from(["agree", "conditions", "disagree", "abstain"]),
        st.sampled_from(
            [NOBODY, of("PSB"), of("TRA"), of("EMB"), post("office_head"), post("office_head", "commander")]
        ),
        st.booleans(),
        st.integers(0, 40),
    ),
    max_size=25,
)
_MOVES = {"asked": {"asked", "ready", "withdrawn"}, "ready": {"ready", "answered", "withdrawn"}}
_OPINION_MOVES = {"asked": {"asked", "given", "tacit", "escalated"}, "escalated": {"escalated", "given"}}


def _do(
    held: Consultation, deed: str, department: str, stance: Any, who: Speaker, worded: bool, minutes: float
) -> Step:
    now, words = act(minutes), "说明" if worded else None
    match deed:
        case "give":
            return rules.give(held, now, department, stance, words, who)
        case "silence":
            return rules.silence(held, now, held.opinions[len(department) % 2 if worded else 0].id)
        case "merge":
            addressed = {"PSB": "已采纳", "TRA": "已采纳"} if worded else {}
            return rules.merge(held, now, result="approved", text="答复", addressed=addressed, speaker=who)
        case "merge_silence":
            return rules.merge_silence(held, now)
        case "withdraw":
            return rules.withdraw(held, now, words or "", by_asker=worded)
        case _:
            return rules.resume(held, now)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["road_closure", "stock_release", "public_statement"]), DEEDS)
def test_no_sequence_leaves_the_tables(subject: str, deeds: list[Any]) -> None:
    held, minutes = asked(subject).consultation, 0.0
    refusals: list[Refused] = []
    for deed, department, stance, who, worded, passed in deeds:
        minutes += passed
        before = held
        try:
            step = _do(held, deed, department, stance, who, worded, minutes)
        except Refused as refused:
            refusals.append(refused)
            continue
        held = step.consultation
        if not step.moved:
            assert held == before
            continue
        assert held.version == before.version + 1
        assert held.state in _MOVES.get(before.state, {before.state})
        for then, now in zip(before.opinions, held.opinions, strict=True):
            assert now.state in _OPINION_MOVES.get(then.state, {then.state})
            if then.is_in:
                assert (now.stance, now.decision_mode, now.given) == (then.stance, then.decision_mode, then.given)
            if held.safety or held.mode == "explicit":
                assert now.state != "tacit"
            assert (now.stance is None) == (now.state in {"asked", "escalated"})
        if held.state in {"ready", "answered"}:
            assert all(o.is_in for o in held.opinions)
    assert all(one.zh and one.en for one in refusals)

"""What forms and screens of resources are made from: items, measures, depots, outside parties, states, wards, needs."""

from collections.abc import Mapping
from typing import Protocol

from command.organisation.stock_book import stock_book
from command.requests.request import SOURCES_OF
from command.requests.rules import request_rules
from command.resources.beds import ward_rules
from command.resources.shelter import shelter_rules
from spine.canonical import Json


class _Words(Protocol):
    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


def _names(named: Mapping[str, _Words]) -> Json:
    return {key: {"zh": one.zh, "en": one.en} for key, one in named.items()}


def resource_catalogue() -> dict[str, Json]:
    """items, measures, categories, depots, parties, request_states, offer_states, offer_steps, priorities, answer_minutes,
    shelter_states, shelter_kinds, shelter_needs, shelter_stale_minutes, shelter_nearly_full, wards, beds_stale_hours, low_share, illustrative."""
    book, requests, shelters, wards = stock_book(), request_rules(), shelter_rules(), ward_rules()
    items: list[Json] = [
        {
            "code": i.code, "zh": i.zh, "en": i.en, "kind": i.kind, "category": i.category, "measure": i.measure,
            "comes_back": i.comes_back, "soon_days": i.soon_days, "sources": list[Json](SOURCES_OF[i.kind]),
        }
        for i in book.items.values()
    ]  # fmt: skip
    return {
        "items": items,
        "measures": _names(book.measures),
        "categories": _names(book.categories),
        "depots": [
            {"code": d.code, "zh": d.zh, "en": d.en, "department": d.department, "area_code": d.area}
            for d in book.depots.values()
        ],
        "parties": [
            {
                "code": p.code, "level": p.level, "zh": p.zh, "en": p.en, "desk": p.desk,
                "agreement_zh": p.agreement_zh, "agreement_en": p.agreement_en, "basis": p.basis,
            }
            for p in book.parties.values()
        ],
        "request_states": {k: {"zh": s.zh, "en": s.en, "open": s.open} for k, s in requests.requests.items()},
        "offer_states": {k: {"zh": s.zh, "en": s.en, "live": s.live} for k, s in requests.offers.items()},
        "offer_steps": {
            k: {"zh": s.zh, "en": s.en, "by": s.by, "moves": dict(s.moves), "reason": s.reason}
            for k, s in requests.steps.items()
        },
        "priorities": _names({str(key): words for key, words in requests.priorities.items()}),
        "answer_minutes": {str(key): minutes for key, minutes in requests.answer_minutes.items()},
        "shelter_states": _names(shelters.states),
        "shelter_kinds": _names(shelters.kinds),
        "shelter_needs": _names(shelters.needs),
        "shelter_stale_minutes": shelters.stale_minutes,
        "shelter_nearly_full": shelters.nearly_full_share,
        "wards": _names(wards.wards),
        "beds_stale_hours": wards.stale_hours,
        "low_share": book.low_share,
        "illustrative": book.illustrative,
    }  # fmt: skip

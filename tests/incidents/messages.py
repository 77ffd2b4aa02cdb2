"""Made-up feed documents for tests, each with the parts that a test wants to bend."""

from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"
RAINSTORM = FIXTURES / "rainstorm_red.xml"
QUAKES = FIXTURES / "quakes.json"


def cap(
    *,
    identifier: str = "A1",
    sender: str = "yjj@example.gov.cn",
    sent: str = "2026-03-01T18:00:00+08:00",
    status: str = "Actual",
    kind: str = "Alert",
    references: str = "",
    info: str | None = None,
    namespace: str = "urn:oasis:names:tc:emergency:cap:1.2",
    **info_parts: str,
) -> bytes:
    """A CAP message; `info_parts` go to `cap_info`."""
    about = f"<references>{references}</references>" if references else ""
    inside = cap_info(**info_parts) if info is None else info
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{namespace}">\n<identifier>{identifier}</identifier>\n'
        f"<sender>{sender}</sender>\n<sent>{sent}</sent>\n<status>{status}</status>\n<msgType>{kind}</msgType>\n"
        f"<scope>Public</scope>\n{about}\n{inside}\n</alert>"
    ).encode()


def cap_info(
    *,
    language: str = "zh-CN",
    category: str = "Met",
    event: str = "暴雨",
    urgency: str = "Immediate",
    severity: str = "Severe",
    certainty: str = "Likely",
    headline: str = "暴雨预警",
    area: str = "",
    more: str = "",
) -> str:
    return (
        f"<info>\n<language>{language}</language>\n<category>{category}</category>\n<event>{event}</event>\n"
        f"<urgency>{urgency}</urgency>\n<severity>{severity}</severity>\n<certainty>{certainty}</certainty>\n"
        f"<headline>{headline}</headline>\n{more}\n<area><areaDesc>孟定镇</areaDesc>{area}</area>\n</info>"
    )


def parameter(name: str, value: str) -> str:
    return f"<parameter><valueName>{name}</valueName><value>{value}</value></parameter>"


def event_code(name: str, value: str) -> str:
    return f"<eventCode><valueName>{name}</valueName><value>{value}</value></eventCode>"

"""Examples of every hazard model: the contract tests, the bench and the documentation run the same ones. A new model adds its own here."""

from dataclasses import dataclass

from spine.canonical import Json


@dataclass(frozen=True, slots=True)
class Example:
    """`worse`: inputs that make it worse: the median of the primary outcome may not fall. `large`: for the bench, as far as it reaches."""

    name: str
    inputs: dict[str, Json]
    worse: dict[str, Json] | None = None
    class_key: str | None = None
    large: bool = False


EXAMPLES: dict[str, tuple[Example, ...]] = {
    "area": (
        Example("nothing given", {}),
        Example("a serious accident", {"radius_m": 1500, "severity": "serious"}, worse={"radius_m": 3000}),
        Example("far", {"radius_m": 30_000, "severity": "minor"}, large=True),
    ),
    "area_security": (
        Example("a crowd", {"radius_m": 600}, worse={"radius_m": 900}),
        Example("far", {"radius_m": 30_000}, large=True),
    ),
}

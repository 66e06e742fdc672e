"""What was asked of the networks' speed, and whether a report reaches it. It knows reports; it measures nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

EAGER = "eager"
LEAST_RATIO_FP32, LEAST_RATIO_FASTEST = 3.0, 10.0
ERRORS = {
    "joint_mm_mean": ("mean joint error, mm", 5.0),
    "rotation_deg_mean": ("mean rotation error, °", 1.0),
}
"""At most, against fp32 on trained weights."""
MOST_MS = {("full", 50): 500.0, ("full", 10): 120.0, ("lite", 50): 100.0}
"""Of a whole sampling of one window, by size and steps."""

Report = dict[str, Any]
Forms = dict[str, Any]
"""What was measured of a case, by form@threads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One thing that was asked.

    Attributes:
        what: in words.
        form: that reaches most, "" where nothing was measured.
        value: of that form; None where nothing was measured.
        asked: at most, or at least.
        at_least: which of the two.
    """

    what: str
    form: str
    value: float | None
    asked: float
    at_least: bool

    @property
    def verdict(self) -> str:
        """Pass, FAIL or not measured."""
        if self.value is None:
            return "not measured"
        return "pass" if (self.value >= self.asked if self.at_least else self.value <= self.asked) else "FAIL"

    def as_json(self) -> dict[str, object]:
        """With its verdict."""
        return asdict(self) | {"verdict": self.verdict}


def bars(report: Report) -> list[Bar]:
    """Every bar, for the animator with one row."""
    return list(_bars(report))


def _bars(report: Report) -> Iterator[Bar]:
    inexact = _inexact(report)
    full = _forms(report, "full", 50)
    fp32 = {name: form for name, form in full.items() if _plain(name).endswith("-fp32")}
    exact = {name: form for name, form in full.items() if _plain(name) not in inexact}
    yield _ratio("full, 50 steps: fp32 path, times as fast as eager torch", fp32, LEAST_RATIO_FP32)
    yield _ratio("full, 50 steps: fastest path, errors within, times as fast", exact, LEAST_RATIO_FASTEST)
    lite = {name: form for name, form in _forms(report, "lite", 50).items() if _plain(name) not in inexact}
    fastest = _plain(_best(exact or lite))
    for entry in report.get("trained", []):
        errors = entry["forms"].get(fastest, {}).get("animator", {})
        for key, (what, asked) in ERRORS.items():
            what = f"{entry['bundle']}, {entry['steps']} steps: {what} of the fastest path"
            yield Bar(what=what, form=fastest, value=errors.get(key), asked=asked, at_least=False)
    for (size, steps), asked in MOST_MS.items():
        forms = {name: form for name, form in _forms(report, size, steps).items() if _plain(name) not in inexact}
        best = _best(forms)
        value = forms[best]["ms"]["p50"] if best else None
        what = f"{size}, {steps} steps: fastest path, errors within, ms"
        yield Bar(what=what, form=best, value=value, asked=asked, at_least=False)


def _ratio(what: str, forms: Forms, asked: float) -> Bar:
    best = _best(forms)
    value = forms[best]["times_eager"]["p50"] if best else None
    return Bar(what=what, form=best, value=value, asked=asked, at_least=True)


def _best(forms: Forms) -> str:
    """The fastest form with its threads; "" of none."""
    return min(forms, key=lambda name: forms[name]["ms"]["p50"], default="")


def _plain(name: str) -> str:
    """A form without its threads."""
    return name.split("@")[0]


def _inexact(report: Report) -> set[str]:
    """Forms that move the joints of a trained bundle's windows too far."""
    return {
        form
        for entry in report.get("trained", [])
        for form, networks in entry["forms"].items()
        if any(networks.get("animator", {}).get(key, 0.0) > asked for key, (_, asked) in ERRORS.items())
    }


def _forms(report: Report, size: str, steps: int) -> Forms:
    """Our forms of the case; nothing where it was not measured."""
    for entry in report.get("sampling", []):
        case = (entry["size"], entry["network"], entry["batch"], entry["steps"])
        if case == (size, "animator", 1, steps):
            return {name: form for name, form in entry["forms"].items() if _plain(name) != EAGER}
    return {}

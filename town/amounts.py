"""Quantities of goods: their units, and how a typed amount is read. Thousandths of a unit everywhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from town.facts import AmountStep, BadAmount

WHOLE = 1000
"""One unit."""

MOST = 1_000_000 * WHOLE


@dataclass(frozen=True, slots=True)
class Unit:
    """What an item is counted or measured in; `step` is the smallest amount that is asked for, unless the town says so.

    `symbol` is what people type for it, `smaller` what they type for parts of it, with how many of them are one of it.
    """

    key: str
    step: int
    symbol: str = ""
    smaller: tuple[tuple[str, int], ...] = ()

    @property
    def counted(self) -> bool:
        """Whether there are only whole ones."""
        return self.step == WHOLE


UNITS = {
    unit.key: unit
    for unit in (
        Unit("piece", WHOLE),
        Unit("loaf", WHOLE),
        Unit("bunch", WHOLE),
        Unit("bag", WHOLE),
        Unit("box", WHOLE),
        Unit("jar", WHOLE),
        Unit("bottle", WHOLE),
        Unit("portion", WHOLE),
        Unit("kg", 100, "kg", (("g", 1000),)),
        Unit("litre", 100, "l", (("ml", 1000), ("cl", 100), ("dl", 10))),
    )
}

_MEASURES = frozenset({"t", "kg", "g", "mg", "l", "dl", "cl", "ml", "lb", "lbs", "oz"})
"""Words that always say what is measured: "500 g" of bread are not five hundred loaves."""

_NUMBER = re.compile(
    r"(?P<whole>\d{1,7})?(?:[.,](?P<part>\d{1,6}))?\s*(?:(?P<over>\d{1,3})/(?P<under>\d{1,3}))?\s*(?P<word>[^\W\d_]*)\.?"
)

_GROUPED = re.compile(r"^[1-9]\d{0,2}(?:[., ]\d{3})+(?![\d.,/])")
"""A thousand or more, in groups: "1,000" pieces are not one."""


def read_amount(text: str, unit: str, step: int) -> int:
    """A typed amount ("2", "0.5", "1,5 kg", "½", "1 1/2", "500 g") of a unit, in thousandths.

    A word after the number is taken for a smaller unit where it is one, and for the unit itself otherwise, unless it
    always is another one. Raises BadAmount for what is no amount above 0, AmountStep for what is not a multiple of
    `step`.
    """
    plain = unicodedata.normalize("NFKC", _fractions_apart(text)).replace("⁄", "/").strip().casefold()
    if UNITS[unit].counted:
        plain = _GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), plain)
    found = _NUMBER.fullmatch(plain)
    if found is None or not (found["whole"] or found["part"] or found["over"]):
        raise BadAmount(given=text)
    if found["over"] and (found["part"] or not int(found["under"])):
        raise BadAmount(given=text)
    whole, part = found["whole"] or "0", found["part"] or ""
    if found["over"] and found["whole"] and not _apart(plain):  # "11/2" reads as eleven halves
        whole, found_over = "0", int(found["whole"] + found["over"])
    else:
        found_over = int(found["over"] or 0)
    value = Fraction(int(whole + part), 10 ** len(part)) + Fraction(found_over, int(found["under"] or 1))
    word, smaller = found["word"], dict(UNITS[unit].smaller)
    if word in _MEASURES and word not in smaller and word != UNITS[unit].symbol:
        raise BadAmount(given=text)
    amount = value * WHOLE / smaller.get(word, 1)
    if not 0 < amount <= MOST:
        raise BadAmount(given=text)
    if amount % step:
        raise AmountStep(step=step, unit=unit)
    return int(amount)


def _fractions_apart(text: str) -> str:
    """`text` with a space before "½" and its like, so that "1½" does not become "11/2"."""
    return "".join(f" {c}" if unicodedata.decomposition(c).startswith("<fraction>") else c for c in text)


def _apart(plain: str) -> bool:
    return re.match(r"\d+\s+\d+/", plain) is not None


def choices(left: int, step: int, *, most: int = 4) -> tuple[int, ...]:
    """A few amounts to tap of `left`, the smallest first and all of it last; multiples of `step`."""
    if left < step:
        return ()
    whole = left - left % step
    steps = whole // step
    if steps <= most:
        return tuple(step * number for number in range(1, steps + 1))
    pretty = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
    less = [step * number for number in pretty if number < steps]
    return (*less[max(0, len(less) - (most - 1)) :], whole)

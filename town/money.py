"""Money: what goods cost, how a typed price is read, and amounts as a file has them. Minor units everywhere."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from town.amounts import WHOLE
from town.facts import BadPrice

MOST_PRICE = 100_000_000
"""Minor units: a price above this was mistyped."""

_SIGNS = "".join(map(chr, filter(lambda code: unicodedata.category(chr(code)) == "Sc", range(0x3000))))
_NAME = rf"(?:[^\W\d_]{{1,3}}\.?[{_SIGNS}]?|[{_SIGNS}])"
_PRICE = re.compile(rf"{_NAME}?(?P<whole>\d{{1,9}})(?:[.,](?P<part>\d{{1,4}}))?{_NAME}?")


def due(price: int, thousandths: int) -> int:
    """What a quantity costs at a price for one unit, to the nearest minor unit; half of one is rounded up."""
    return (price * thousandths * 2 + WHOLE) // (WHOLE * 2)


def due_for_part(price: int, left: int, part: int) -> int:
    """What a part costs of what is `left` to be paid for: however it is parted, the parts come to what all of it costs.

    So a part may cost a minor unit more or less than the same quantity does by itself.
    """
    return due(price, left) - due(price, left - part)


def read_price(text: str, digits: int) -> int:
    """A typed price ("12.50", "12,5", "R 12.50", "12 ZAR") in minor units, of which a unit has 10 to the `digits`.

    Raises BadPrice for anything else, for a part of a minor unit, and for more than `MOST_PRICE`.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if not sign.isspace())
    found = _PRICE.fullmatch(plain)
    if found is None or len(found["part"] or "") > digits:
        raise BadPrice(given=text.strip()[:60])
    price = int(found["whole"] + (found["part"] or "").ljust(digits, "0"))
    if price > MOST_PRICE:
        raise BadPrice(given=text.strip()[:60])
    return price


def plainly(minor: int, digits: int) -> str:
    """An amount as a file has it, with a point and all its digits: "18.75", "-0.50"; "1875" where `digits` is 0."""
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"

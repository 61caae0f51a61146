"""Several needs in one message: "bread 3, milk 1,5 l" or, one below the other, "3 loaves of bread"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from handlers.kit.goods_words import item_name
from handlers.kit.typed import plain
from storage.queries.items import ItemRow
from town.facts import UnknownItem
from town.needs import read_need

_BETWEEN = re.compile(r"[;\n]|,(?!\d)|(?<=[^\W\d_]),")
"""What parts two needs: not the comma within a number."""

_DIGIT = "[0-9½¼¾⅓⅔]"
_NAME_FIRST = re.compile(rf"(?P<name>.*?[^\W\d_].*?)[\s:=]*(?P<amount>{_DIGIT}.*)", re.DOTALL)
_AMOUNT_FIRST = re.compile(rf"(?P<amount>(?:{_DIGIT}|[.,/]|\s(?={_DIGIT}))+)\s*[x×]?\s*(?P<words>.*)", re.DOTALL)
_FEW = 3
"""Words between an amount and what it is of, at most: "3 loaves of bread"."""


def needed(text: str, items: Sequence[ItemRow]) -> list[tuple[ItemRow, int | None]]:
    """What somebody wrote of one item or several, in order; None where no amount was written.

    Raises UnknownItem, BadAmount, AmountStep or NeedTooMuch.
    """
    names = _names(items)
    return [_one(part.strip(), names) for part in _BETWEEN.split(text) if part.strip()]


def _one(part: str, names: Mapping[str, ItemRow]) -> tuple[ItemRow, int | None]:
    whole = _called(part, names)  # "Flour 405" has a number in its name
    if whole is not None:
        return whole, None
    if found := _AMOUNT_FIRST.fullmatch(part):
        words = found["words"].split()
        for skipped in range(min(_FEW, len(words))):
            item = _called(" ".join(words[skipped:]), names)
            if item is not None:
                unit = words[0] if skipped else ""
                return item, read_need(f"{found['amount'].strip()} {unit}".strip(), item.unit, item.step)
    if found := _NAME_FIRST.fullmatch(part):
        item = _called(found["name"], names)
        if item is not None:
            return item, read_need(found["amount"], item.unit, item.step)
    raise UnknownItem(given=part)


def _names(items: Sequence[ItemRow]) -> dict[str, ItemRow]:
    """Items by what they are called: in the language that is spoken, and as the town wrote them first."""
    found: dict[str, ItemRow] = {}
    for item in items:
        for name in (item_name(item.name, item.names), item.name):
            found.setdefault(plain(name), item)
    return found


def _called(text: str, names: Mapping[str, ItemRow]) -> ItemRow | None:
    """The item of that name, or the only one that begins like it ("tomato" for "Tomatoes", "breads" for "Bread")."""
    wanted = plain(text)
    if not wanted or wanted in names:
        return names.get(wanted)
    near = {
        item.id: item
        for name, item in names.items()
        if len(wanted) > 2 and (name.startswith(wanted) or wanted.rstrip("s") == name.rstrip("s"))
    }
    return next(iter(near.values())) if len(near) == 1 else None

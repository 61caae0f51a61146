"""What a recall says to those whom it concerns, in its notice and when they look again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.kit.goods_words import an_amount, item_name, recall_reason
from handlers.kit.shift_words import paragraphs
from locales import _, a_day


def concerned(fields: Mapping[str, Any]) -> Markup:
    """All that somebody is to know. Fields: those of `goods.telling`, made_on, reason, handed, carried, paid."""
    item = item_name(fields["item"], fields["names"])
    return paragraphs(
        _("⚠️ <b>Please do not use this: {item}</b>", item=item),
        _(
            "{project} recalls the “{item}” of {day} ({place}).",
            project=fields["project"],
            item=item,
            day=a_day(date.fromisoformat(fields["made_on"])),
            place=fields["place"],
        ),
        _("Why: <b>{reason}</b>", reason=recall_reason(fields["reason"])),
        _yours(fields),
    )


def _yours(fields: Mapping[str, Any]) -> Markup:
    handed, carried, unit = fields["handed"], fields["carried"], fields["unit"]
    if handed <= 0 and carried <= 0:
        return _("What was kept for you is not handed out: you need not come for it.")
    parts = []
    if handed > 0:
        parts.append(_("You have collected {amount} of it.", amount=an_amount(handed, unit)))
    if carried > 0:
        parts.append(
            _(
                "You took {amount} of it along for somebody else: please tell them as well.",
                amount=an_amount(carried, unit),
            )
        )
    parts.append(
        _(
            "Do not eat or use it, and pass none of it on. Please bring it back to {place}; until then, keep it apart.",
            place=fields["place"],
        )
    )
    if fields["paid"]:
        parts.append(_("You get back what you paid for it."))
    return Markup("\n").join(parts)


def cleared(fields: Mapping[str, Any]) -> Markup:
    """Fields: those of `goods.telling`, made_on, handed, carried, paid."""
    item = item_name(fields["item"], fields["names"])
    text = _(
        "<b>All clear</b>: the recall of the “{item}” of {day} from {project} was a mistake.",
        item=item,
        day=a_day(date.fromisoformat(fields["made_on"])),
        project=fields["project"],
    )
    if fields["handed"] > 0 or fields["carried"] > 0:
        return paragraphs(text, _("What you have of it is good. Sorry for the fright!"))
    return paragraphs(text, _("What was kept for you has gone, though. Sorry for the fright!"))


def off(fields: Mapping[str, Any]) -> Markup:
    """Fields: those of `goods.telling`."""
    return _(
        "{project} has recalled “{item}”, so nothing more of it is handed out. You need not wait for it any more, "
        "nor come.",
        project=fields["project"],
        item=item_name(fields["item"], fields["names"]),
    )

"""What the room of goods that come again says unasked, to whoever answers for them."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_taps import StockTap
from handlers.kit.goods_words import item_name
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.stock.words import of_item
from locales import _, a_span, ngettext
from storage.queries.batch_series import CHECK
from town.settings import TownSettings


def check(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `goods.telling` with a window, quantity, asked (how many people have asked for some)."""
    batch = fields["batch"]
    starts_at, ends_at = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    text = paragraphs(
        _(
            "Is it as much as planned? <b>{what}</b> from {project}, {when}.",
            what=of_item(fields["quantity"], fields["unit"], item_name(fields["item"], fields["names"])),
            project=fields["project"],
            when=a_span(starts_at, ends_at, town.tz),
        ),
        ngettext("{n} person has asked for some.", "{n} people have asked for some.", fields["asked"])
        if fields["asked"]
        else "",
        _("If so, there is nothing to do. If not, tell me how much there is, and I tell whoever it touches."),
    )
    ways = [
        Choice(_("It is not as much"), StockTap(do="correct", id=batch).pack()),
        anew(Choice(_("The batch"), StockTap(do="batch", id=batch).pack())),
        anew(home()),
    ]
    return Screen(text, in_rows(ways))


NOTICES = (Notice(key=CHECK, render=check),)

"""The callback data of the rooms of free goods, as `handlers.kit.taps` has those of the others."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class GoodsTap(CallbackData, prefix="goods"):
    """Goods as a resident finds them: `id` is a batch, `n` an amount in thousandths or a pick-up window.

    Lists: open, coming, mine. Of a batch: one, pic, get (type how much); got, order (and pay), wait and waitpay (in
    line), each for `n` in all, so that to tap it twice changes nothing; change and changed (to `n` in all), back and
    gaveback, when (`n` a window, 0 to choose one), unwait (leave the draw or the line).
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0


class ClaimTap(CallbackData, prefix="claim"):
    """Collecting goods: `id` is a claim. Its code (code), who else may collect it (helper, name, nohelper), and what
    was handed over to the wrong one (wrong, tell).

    At the pick-up desk: desk (`id` a batch, 0 for all), found (who was looked for), card, part, hand (to resident `n`),
    undo (`n` the line of the stock ledger), and of batch `id`: list, print, csv.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0


class StockTap(CallbackData, prefix="stock"):
    """The goods desk. home, new and over: `id` is a project, 0 for all. A batch (`id`): batch, change, times, left,
    claims, ledger (and the files of both), correct, spoil, away, off, place, time (`n` a window), addtime, again.

    Items: items, retired, newitem; one (`id`): item, edit, edit_…, names, call (`key` a language), picture and
    unpicture, bring and retire (`n` 1: they are sure).
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0
    key: str = ""


class RepeatTap(CallbackData, prefix="repeat"):
    """Batches that come again: `id` is a project (project, new) or a series, `key` a day of it.

    Lists: mine, which (project). Of a series: open, changes and what changes, days, leave, left, again, end, ended.
    """

    do: str
    id: Id = 0
    page: Id = 0
    key: str = ""


class RecallTap(CallbackData, prefix="recall"):
    """Recalling a batch: `id` is the batch, `who` one of those who are told.

    For whom it concerns: one, read. For its coordinator: list (what could be recalled), open, people, person, told (in
    person), customers, file, clear, cleared.
    """

    do: str
    id: Id = 0
    page: Id = 0
    who: Id = 0


class DrawTap(CallbackData, prefix="draw"):
    """Draws: all of them (list). Of a batch: how it works and its seal (about), its result (one), the file (file)."""

    do: str
    id: Id = 0
    page: Id = 0


class OrderTap(CallbackData, prefix="order"):
    """Orders and money. One's own: mine, receipt (`id` is its number).

    For a project's coordinators: paid, refundall and sell (`id` a batch), refund (`id` a line of the books). The books:
    takings (`key` a week's Monday), day (`id` a project, `key` the day), entry and correct (`id` a line), file.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0
    key: str = ""


class NeedTap(CallbackData, prefix="need"):
    """The needs survey: open, change, withdraw, withdrawn.

    For coordinators, production against need: list, file, and of the item `id` its page (item) and its picture
    (chart); `page` is that of the list.
    """

    do: str
    id: Id = 0
    page: Id = 0

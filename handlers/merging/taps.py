"""The callback data of merges."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class MergeTap(CallbackData, prefix="merge"):
    """Two residents who were made one: list, open (`id` is the merge), sure (asks again), undo."""

    do: str
    id: Id = 0
    page: Id = 0

"""The callback data of the shared phone, for the screens of other rooms that lead to it."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class PhoneTap(CallbackData, prefix="phone"):
    """A phone that a home shares: open, speak (somebody else does now), add, new, has (a chat of their own), off.

    Of the resident `id`: drop (asks whether to take them off), dropped, ask (a coordinator, to find them another way).
    """

    do: str
    id: Id = 0

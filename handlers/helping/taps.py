"""The callback data of people without a phone, for the screens of other rooms that lead to them."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class AidTap(CallbackData, prefix="aid"):
    """People without a phone: list, new, deeds (what stewards did, for the mayor).

    Of the resident `id`: person, done (what was done for them), take (asks for their consent to speak for them), pass
    (to another coordinator), has (a phone of their own), code (for it), end (asks), ended.
    """

    do: str
    id: Id = 0
    page: Id = 0

"""The tap with which somebody opens a notice of which they had only a short word."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class MailTap(CallbackData, prefix="mail"):
    """A notice in full: `row` is its row in the outbox."""

    row: Id

"""The callback data of the linking room, for the screens of other rooms that lead to it."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class ChatTap(CallbackData, prefix="chat"):
    """A resident's chats: `id` is an account of theirs.

    One's own: open, chat, prefer, any (no chat goes first), go (asks whether to let one go), gone, code; phones (those
    of others on which one may speak), off (`id` is such a phone: not any more). Where a code came: yes, no, share,
    twice (who would become what), ask. Its answer in the other chat: look, one, and notme (`id` the account where the
    code came, `other` its resident).

    A coordinator's, about the resident `other`: find, theirs, drop (asks), dropped, vouch.
    """

    do: str
    id: Id = 0
    other: Id = 0
    page: Id = 0


class ForThemTap(CallbackData, prefix="forthem"):
    """A steward's answer for the resident `helped`, who has no phone: spoken, written (how they agreed to be one with
    the resident `other`, who sent their code on the account `id`)."""

    do: str
    helped: Id
    id: Id
    other: Id

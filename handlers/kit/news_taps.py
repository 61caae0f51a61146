"""The callback data of the rooms by which the town speaks, as `handlers.kit.taps` has those of the others."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class CastTap(CallbackData, prefix="cast"):
    """Broadcasts: new, urgent, list, names (audiences that have one). One (`id`): page, history, see (as it is read).

    What can be done with it: approve, decline, cancel, now, pause, resume, stop (`key` "sure" once it was asked), look
    (a button of what is shown before it is sent). An audience that has a name (`id`): name, forget.
    """

    do: str
    id: Id = 0
    page: Id = 0
    key: str = ""


class TaskTap(CallbackData, prefix="task"):
    """A call for hands on a shift. For who runs shifts: which (the coming ones); of one (`id`): ask.

    For who is called (`id` the broadcast): come, no.
    """

    do: str
    id: Id = 0
    page: Id = 0
    key: str = ""


class NewsTap(CallbackData, prefix="news"):
    """The weekly update. For everybody: list (`key` words), one (`id`), find.

    For the mayor: draft (`id` 0: the next one) and what is done with it: words, video, language, other (`key` the
    language), original (as before), photos, photo, unphoto (`key` the picture), numbers, preview (`key` the language),
    ready (`key` the stamp of what was seen), wait, now and skip (`key` "sure" once it was asked), wake; correct.
    """

    do: str
    id: Id = 0
    page: Id = 0
    key: str = ""


class BoardTap(CallbackData, prefix="board"):
    """Where the update is posted: list; one, on, off, drop, which is asked about with sure (`id` an account)."""

    do: str
    id: Id = 0
    page: Id = 0


class CampaignTap(CallbackData, prefix="round"):
    """Campaigns: list, past, mine (one's steps); a round (`key`): plan, start. One (`id`): one, steps, add, stop (`key`
    how it ends), press (`key` the kind of file), word (`key` a part of the press text).

    Steps (`id`): step, done, skip, reopen, owner, due, text, title, ours (our words again).

    Posters: posters and new (`id` a campaign, or 0), table; one (`id`; `n` the campaign it was looked up from): poster,
    paper, down (`key` "sure" once it was asked).
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0
    key: str = ""


class ChoiceTap(CallbackData, prefix="hear"):
    """What somebody wants to hear of: open; on, off (`key` a topic, "all"); back (what was on before they stopped)."""

    do: str
    key: str = ""


class ReachTap(CallbackData, prefix="reach"):
    """Whom a broadcast (`id`) reached: card, list (`key` what became of it), file, again.

    What reached nobody: undelivered (`key` a reason, or "reasons"), person (`id` a resident). One of it (`id` a row of
    the outbox): row, retry, drop; with the key "all", or "sure" once it was asked, `id` is a resident.
    """

    do: str
    id: Id = 0
    page: Id = 0
    key: str = ""

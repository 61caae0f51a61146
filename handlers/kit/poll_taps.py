"""The callback data of the rooms of polls and meetings, as `handlers.kit.taps` has those of the others."""

from aiogram.filters.callback_data import CallbackData

from handlers.kit.taps import Id


class PollTap(CallbackData, prefix="poll"):
    """Polls. Lists: open, over. One (`id`): page, share. Asking one: new.

    For who runs it: close and closed, later, off, remind. What came of it: result, chart, file, roll, votes.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0
    key: str = ""


class VoteTap(CallbackData, prefix="vote"):
    """A ballot paper of the poll `id`. Taking one: take; anew the same, where a paper was. On it: mark and less (what
    is marked after the tap is `draft`, `handlers.ballots.marking`; less goes on taking points away), full (nothing more
    can be marked than `draft`), cast. check asks for a receipt.

    `key` is that of a secret ballot's paper (`town.polls`); `who` is for whom a proxy votes, 0 for oneself.
    """

    do: str
    id: Id = 0
    key: str = ""
    draft: str = ""
    page: Id = 0
    who: Id = 0


class ProxyTap(CallbackData, prefix="proxy"):
    """Proxies: mine; give (in the poll `id`, 0: whichever is chosen); vote (for whom one may, in the poll `id`).

    Of one (`id`): one, ended by who gave it, declined by who holds it.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0


class TellerTap(CallbackData, prefix="teller"):
    """Votes on paper in the poll `id`: home, file. Tellers: people, name, drop (`n` a resident).

    Entering: enter (a vote; in a secret poll a paper), tick (a name, in a secret poll). On a paper (`n` whose it is, 0
    in a secret poll): mark, sure and put (`key` is the choice, `handlers.tellers.marks`). What waits: waiting, one,
    confirm and strike (`n` a resident); papers, paper, good and bad (`n` a paper, in a secret poll). On confirm and
    good `key` is the choice that was seen.

    For whose vote it is: object, objected.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0
    key: str = ""


class MeetTap(CallbackData, prefix="meet"):
    """Meetings. Lists: coming, past. One (`id`): page, yes, no, maybe, people (`n` of them), many (asks), ics, in.

    Calling one: new. For who runs it: desk, change, set (`n` what changes), off, code, here, tick and untick (`n` a
    resident), find, begin, end and ended.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0


class MotionTap(CallbackData, prefix="motion"):
    """Agendas. Of the meeting `id`: list, and propose. Of the item `id`: page, second, unsecond, withdraw; and for who
    runs the meeting: take, decline, up, down, title and about (to change them), vote (put it to the vote), closevote.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0


class MinutesTap(CallbackData, prefix="minutes"):
    """Minutes of the meeting `id`: read, pdf, object; for who runs it: write, general, gnote, publish and published,
    correct, propose and put (at the meeting `n`). Of the agenda item `id`: item, note, decide, approval and approved.
    In note and gnote `n` is 1 where the new words take the place of the old ones.

    The register of decisions: list (`key` are words), find, one; strike and struck. Follow-ups: mine, all, of (the
    meeting `id`), todo (one); follow (after the meeting `id`, item `n`), followd (after the decision `id`); done, cant,
    shift, give, when, drop and dropped.
    """

    do: str
    id: Id = 0
    n: Id = 0
    page: Id = 0
    key: str = ""

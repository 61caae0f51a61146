"""The paper that a teller is reading: what they write is what it says, until they leave it."""

from __future__ import annotations

from handlers.kit.expecting import confide, expect
from handlers.kit.seat import Seat
from handlers.tellers.paper_views import Reading

OPEN, SECRET = "paper:open", "paper:secret"
"""An account's states while words may be what a paper says. Of a secret poll's papers nothing of that is kept."""

AT = "@paper"
"""In an account's data: the paper in hand, as the poll's id and whose it is (0: nobody's)."""

expect(words=[OPEN])
confide(SECRET, on=("teller:mark:", "teller:sure:", "teller:put:"))


def take_in_hand(seat: Seat, reading: Reading) -> None:
    """Words are what this paper says, from now on."""
    state, at = SECRET if reading.poll.secret else OPEN, [reading.poll.id, reading.voter]
    if seat.state != state or seat.data.get(AT) != at:
        seat.state, seat.data = state, {**seat.data, AT: at}


def in_hand(seat: Seat) -> tuple[int, int]:
    """The paper in hand: the poll's id and whose it is; zeros for none."""
    poll_id, voter_id = seat.data.get(AT, (0, 0))
    return int(poll_id), int(voter_id)


def is_in_hand(seat: Seat, reading: Reading) -> bool:
    """Whether this very paper is in hand."""
    return seat.state in (OPEN, SECRET) and in_hand(seat) == (reading.poll.id, reading.voter)


def put_down(seat: Seat) -> None:
    """No paper is in hand any more."""
    if seat.state in (OPEN, SECRET):
        seat.state, seat.data = None, {key: value for key, value in seat.data.items() if key != AT}

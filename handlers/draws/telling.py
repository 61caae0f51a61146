"""What notices about a draw are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.goods.telling import row
from storage.queries.batches import BatchRow, Window
from storage.queries.claims import ClaimRow


def won_row(
    claim: ClaimRow, batch: BatchRow, window: Window, amount: int, code: str, *, now: datetime
) -> dict[str, Any]:
    """To somebody who won: what it is, and the code for it. Of no use once its pick-up is over."""
    return row(
        "draw.won",
        claim,
        batch,
        now=now,
        window=window,
        expires_at=window.ends_at,
        number=claim.number,
        amount=amount,
        wanted=claim.wanted,
        code=code,
    )


def lost_row(
    claim: ClaimRow, batch: BatchRow, position: int, entered: int, *, full: bool, now: datetime
) -> dict[str, Any]:
    """To somebody who waits in line; `full`: because their allowance was used up by then."""
    return row(
        "draw.lost",
        claim,
        batch,
        now=now,
        expires_at=batch.ends_at,
        number=claim.number,
        position=position,
        entered=entered,
        sharing=batch.sharing,
        precedence=batch.precedence,
        full=full,
    )


def off_row(claim: ClaimRow, batch: BatchRow, *, now: datetime) -> dict[str, Any]:
    """To somebody whose draw was never made."""
    return row("draw.off", claim, batch, now=now, number=claim.number)

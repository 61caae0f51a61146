"""The rooms of the house, in the order in which an update looks for its room.

Names, not imports: each room imports the kit, which lies in this same package. `handlers.catalogue` opens them.
"""

from handlers.lean import import_aiogram

import_aiogram()

ROOMS = (
    "groups",
    "presence",
    "ledger",
    "week",
    "checkin",
    "shifts",
    "cover",
    "hours",
    "desk",
    "roles",
    "reports",
    "standing",
    "series",
    "swaps",
    "skills",
    "agenda",
    "power",
    "contests",
    "labour",
    "allocation",
    "goods",
    "draws",
    "stock",
    "repeats",
    "recalls",
    "pickup",
    "orders",
    "needs",
    "polls",
    "ballots",
    "results",
    "proxies",
    "tellers",
    "meetings",
    "motions",
    "minutes",
    "broadcasts",
    "tasks",
    "news",
    "boards",
    "campaigns",
    "reach",
    "choice",
    "signup",
    "help",
)

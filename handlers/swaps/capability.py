"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.swaps import conversation
from handlers.swaps.jobs import JOBS
from handlers.swaps.notices import NOTICES
from locales import N_

capability = Capability(
    "swaps",
    router=conversation.router,
    by_steward=True,
    commands=(Command("swaps", N_("Swaps and hand-overs"), N_("swaps|swap|hand over|my requests|requests")),),
    notices=NOTICES,
    jobs=JOBS,
)

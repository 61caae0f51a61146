"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.standing import conversation
from handlers.standing.jobs import JOBS
from handlers.standing.notices import NOTICES
from locales import N_

capability = Capability(
    "standing",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command("why", N_("Why you have the benefits, or not"), N_("why|why not|my standing|standing|benefits")),
        Command("exempt", N_("Be exempt for some weeks"), N_("exempt|exemption|exemptions|be exempt")),
    ),
    notices=NOTICES,
    jobs=JOBS,
)

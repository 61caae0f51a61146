"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.pickup import conversation
from handlers.pickup.jobs import JOBS
from handlers.pickup.notices import NOTICES
from locales import N_

capability = Capability(
    "pickup",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command(
            "pickup",
            N_("The pick-up desk: hand goods over"),
            N_("pickup|pick-up|pick up|pick-up desk|hand goods over|collect desk"),
            role="coordinator",
        ),
    ),
    notices=NOTICES,
    jobs=JOBS,
)

"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.repeats import conversation
from handlers.repeats.jobs import JOBS
from handlers.repeats.notices import NOTICES
from locales import N_

capability = Capability(
    "repeats",
    router=conversation.router,
    commands=(
        Command(
            "repeats",
            N_("Goods that come again"),
            N_("repeats|comes again|goods that come again|repeating batches"),
            role="coordinator",
        ),
    ),
    notices=NOTICES,
    jobs=JOBS,
)

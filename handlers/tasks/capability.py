"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.tasks import conversation
from handlers.tasks.jobs import JOBS
from handlers.tasks.notices import NOTICES
from locales import N_

capability = Capability(
    "tasks",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command(
            "call",
            N_("Call for hands on a shift"),
            N_("call for hands|call for help|hands wanted|people wanted"),
            role="coordinator",
        ),
    ),
    notices=NOTICES,
    jobs=JOBS,
)

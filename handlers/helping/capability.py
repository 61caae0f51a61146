"""What the room brings into the house."""

from handlers.helping import conversation, jobs, notices
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "helping",
    router=conversation.router,
    commands=(
        Command(
            "helping",
            N_("People without a phone"),
            N_("helping|people without a phone|without a phone|no phone|speak for somebody"),
            role="coordinator",
        ),
    ),
    notices=notices.NOTICES,
    jobs=jobs.JOBS,
)

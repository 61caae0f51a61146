"""Plans that are sent are followed until their week is over."""

from __future__ import annotations

from handlers.allocation import offering
from handlers.kit.capability import Job

JOBS = (Job("plans.follow", offering.follow, offering.next_end),)

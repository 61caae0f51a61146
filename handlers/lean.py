"""aiogram, imported at a third of its weight.

On import aiogram builds a validator for each of its four hundred types, and each validator holds a copy of all the
types it reaches: seconds of work and 100 MB, of which a bot uses a twentieth. Its models are made to be built when they
are first used (`defer_build`); only the loop at the end of `aiogram.types` builds them all the same. Here that loop is
let pass, and each model is built at its first use with the names that the loop would have given it.

Where aiogram has been imported already, nothing is changed.
"""

from __future__ import annotations

import sys
from typing import Any

from pydantic import BaseModel, ConfigDict


def import_aiogram() -> None:
    """Import aiogram so that its models are built when they are first used."""
    if "aiogram" in sys.modules:
        return
    names: dict[str, Any] = {}
    build = BaseModel.__dict__["model_rebuild"]

    def remember(cls: type[BaseModel], /, *, _types_namespace: dict[str, Any] | None = None, **_options: Any) -> None:
        names.update(_types_namespace or {})

    def build_now(
        cls: type[BaseModel],
        /,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: dict[str, Any] | None = None,
    ) -> bool | None:
        built: bool | None = build.__func__(
            cls, force=force, raise_errors=raise_errors, _types_namespace=_types_namespace or names
        )
        return built

    config = BaseModel.model_config
    BaseModel.model_rebuild = classmethod(remember)  # type: ignore[method-assign, assignment]
    BaseModel.model_config = ConfigDict(defer_build=True)  # aiogram's methods do not say so themselves, as its types do
    try:
        import aiogram.types
    finally:
        BaseModel.model_rebuild = build  # type: ignore[method-assign]
        BaseModel.model_config = config
    from aiogram.methods import Response, TelegramMethod

    for base in (aiogram.types.TelegramObject, TelegramMethod, Response):
        base.model_rebuild = classmethod(build_now)  # type: ignore[method-assign, assignment]

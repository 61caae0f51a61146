"""What can be wrong, as facts without words.

A fact is raised wherever it is noticed and turned into a sentence in one place, in the resident's language. A subclass
declares its fields as annotations; they are given by keyword, kept in ``.fields`` and readable as attributes::

    raise ShiftFull(title="Bakery")
"""

from __future__ import annotations

from inspect import get_annotations
from typing import ClassVar, dataclass_transform


@dataclass_transform(kw_only_default=True, eq_default=False)
class Fact(Exception):
    """The base of all facts. Raises TypeError when a field is missing or was never declared."""

    names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.names = (*cls.names, *(name for name in get_annotations(cls) if name not in cls.names))

    def __init__(self, **fields: object) -> None:
        super().__init__()
        if fields.keys() != set(self.names):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.names) or 'no fields'}; got {sorted(fields)}")
        self.fields: dict[str, object] = fields
        for name, value in fields.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={self.fields[name]!r}' for name in self.names)})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.fields)


def _rebuilt(kind: type[Fact], fields: dict[str, object]) -> Fact:
    # Exceptions are copied and pickled through positional arguments; ours have none.
    return kind(**fields)

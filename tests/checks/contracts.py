"""The import rules that import-linter has no contract for; `pyproject.toml` applies them."""

from __future__ import annotations

import sys
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class _DirectImports(Contract):
    """A contract on direct imports, each judged by itself."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = sorted(
            (importer, imported)
            for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)
            if not self.allows(importer, imported)
        )
        lines = {pair: graph.get_import_details(importer=pair[0], imported=pair[1]) for pair in broken}
        return ContractCheck(kept=not broken, metadata={"broken": broken, "lines": lines})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            for details in check.metadata["lines"][importer, imported]:
                output.print_error(f"{importer} imports {imported} (line {details['line_number']})")
        output.new_line()

    def allows(self, importer: str, imported: str) -> bool:
        """Whether one module may import another."""
        raise NotImplementedError


class StandardLibraryOnly(_DirectImports):
    """`package` imports itself and Python's standard library, nothing else."""

    type_name = "standard_library_only"
    package = fields.StringField()

    def allows(self, importer: str, imported: str) -> bool:
        home, root = str(self.package), imported.partition(".")[0]
        return not _within(importer, home) or _within(imported, home) or root in sys.stdlib_module_names


class OneDoor(_DirectImports):
    """Only the modules `doors` import `library`: whatever else wants it goes through them."""

    type_name = "one_door"
    library = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())

    def allows(self, importer: str, imported: str) -> bool:
        doors = cast(list[str], self.doors)
        return not _within(imported, str(self.library)) or any(_within(importer, door) for door in doors)


class RoomsArePrivate(_DirectImports):
    """A capability's `private` modules are imported by itself and by `house` (which lists the capabilities) only."""

    type_name = "rooms_are_private"
    house = fields.StringField()
    private = fields.ListField(subfield=fields.StringField())

    def allows(self, importer: str, imported: str) -> bool:
        house = str(self.house)
        if not _within(imported, house) or imported.count(".") < house.count(".") + 2:
            return True
        room, _, inside = imported.removeprefix(f"{house}.").partition(".")
        if inside.partition(".")[0] not in cast(list[str], self.private):
            return True
        return importer == house or _within(importer, f"{house}.{room}")


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")

"""Pins every dependency: writes `constraints.txt` from `pyproject.toml`, as `make constraints` does.

Names, versions and hashes only. The first part is what `make run` installs; below the marker is what tests and checks
need besides. Both parts are complete, so pip checks the hash of everything it installs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARKER = "# for tests and checks"
BARE = ["--no-header", "--no-annotate", "--no-emit-options", "--strip-extras", "--allow-unsafe", "--quiet"]


def pins(text: str) -> dict[str, str]:
    """`{"aiohttp": "aiohttp==3.14.5 \\\\\n    --hash=…\n", …}`: each name with its lines."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if not line.strip() or line.startswith(("#", "-")):
            continue
        if not line.startswith(" "):
            name = line.partition("==")[0]
        found[name] = found.get(name, "") + line
    return found


def compiled(*options: str, into: Path) -> dict[str, str]:
    """What pip-compile makes of pyproject.toml: it keeps the versions that it finds in `into`."""
    command = [sys.executable, "-m", "piptools", "compile", *BARE, *options, "-o", str(into), "pyproject.toml"]
    subprocess.run(command, cwd=ROOT, check=True)
    return pins(into.read_text())


def main() -> None:
    target = ROOT / "constraints.txt"
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder, "everything.txt")
        if target.exists() and "--upgrade" not in sys.argv:
            everything.write_text("".join(pins(target.read_text()).values()))
        whole = compiled("--all-extras", "--generate-hashes", into=everything)
        running = compiled("--constraint", str(everything), into=Path(folder, "running.txt"))
    first = "".join(whole[name] for name in running)
    rest = "".join(lines for name, lines in whole.items() if name not in running)
    target.write_text(f"{first}{MARKER}\n{rest}")


if __name__ == "__main__":
    main()

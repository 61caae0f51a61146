"""What a newcomer's first start costs: seconds until the sample town answers, and the memory it then holds."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

ROOT = Path(__file__).parents[1]
STARTS = 5
PATIENCE = 30.0


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _start(folder: str) -> tuple[subprocess.Popen[bytes], float]:
    """Start the sample town in a folder; returns the process and the seconds until its page was served."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TOWNBELL_")},
        "TOWNBELL_DATA_DIR": folder,
        "TOWNBELL_WEB_PORT": str(port),
        "TOWNBELL_SAMPLE": "true",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "bot.py", "run"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while time.perf_counter() - started < PATIENCE:
        if process.poll() is not None:
            raise RuntimeError(f"the town did not start: {process.stderr.read().decode() if process.stderr else ''}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return process, time.perf_counter() - started
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
    process.kill()
    raise RuntimeError("the town did not answer")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


def startup() -> tuple[float, float]:
    """Median seconds until the page is there: of a first start, which founds the sample town, and of a second one."""
    first: list[float] = []
    second: list[float] = []
    for _ in range(STARTS):
        with TemporaryDirectory() as folder:
            for seconds in (first, second):
                process, took = _start(folder)
                seconds.append(took)
                _stop(process)
    return median(first), median(second)


def memory_idle() -> float:
    """Megabytes of resident memory of a sample town that has started and settled."""
    with TemporaryDirectory() as folder:
        process, _ = _start(folder)
        time.sleep(3)
        held = float(psutil.Process(process.pid).memory_info().rss) / 2**20
        _stop(process)
    return held

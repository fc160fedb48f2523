"""Compares what a client costs in each period: in C, callbacks of two packages in Python, blocks.

A private jackd (dummy device, periods of 64 frames) freewheels, so that periods follow each other
without a pause. It and one client at a time share one core. Over several rounds, the client is in
turn an empty one in C by libjack itself, the same by ``amio.h`` (``empty_client.c``), JACK-Client
0.5.7 and this package. In Python it has two inputs and two outputs, and its callback copies the
inputs by ``get_array()``, the same code with both packages. Each figure is the lower quartile of
the times of a period in microseconds, since others on the machine only make them longer; the cost
is that minus the figure of the empty client by libjack. An empty client by ``amio.h`` may cost at
most 0.3 microseconds, and a callback of this package at most as much as one of JACK-Client.

Beside them, a thread exchanges blocks of this package, of 64 and of 1024 frames: the same copies,
without Python on the audio thread. While the server freewheels, the audio thread waits for the
blocks, so their cost includes all that the other thread does.

Exits with 0 if both budgets are kept, 1 if not, 2 if something is missing.

Usage: ``make bench-python``, or ``python jack_process.py`` by an interpreter that has JACK-Client;
see ``requirements.txt``. This package is the one of the checkout; see ``cpu.py``.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from clients import HERE, REPOSITORY, Missing, this_package

PERIOD = 64
BARE, LINKED = "C, libjack", "C, amio.h"
PEER, OURS = "JACK-Client 0.5.7", "amio.jack"
MODULES = {PEER: "jack", OURS: "amio.jack"}
MOST_OF_C = 0.3
"""The budget of ``amio.h``, in microseconds."""
BLOCKS = {f"blocks of {frames}": frames for frames in (64, 1024)}
"""Lengths of blocks, in frames."""
INSIDE = "AMIO_BENCH_INSIDE"
"""Set in the environment of the process that runs with the server."""


def measure(name: str, windows: int, seconds: float) -> None:
    """Prints the time of a period, in microseconds, for some stretches of time."""
    jack: Any = importlib.import_module(MODULES.get(name, "amio.jack"))
    client = jack.Client("subject")
    inputs = [client.inports.register(f"in_{number}") for number in (1, 2)]
    outputs = [client.outports.register(f"out_{number}") for number in (1, 2)]
    calls = 0

    def process(frames: int) -> None:
        nonlocal calls
        calls += 1
        for source, target in zip(inputs, outputs, strict=True):
            target.get_array()[:] = source.get_array()

    def exchange() -> None:
        nonlocal calls
        # Until the client is closed.
        with contextlib.suppress(jack.JackErrorCode):
            for block in blocks:
                calls += BLOCKS[name] // PERIOD
                blocks.write(block.input)

    if name in BLOCKS:
        blocks: Any = client.blocks(BLOCKS[name])
        threading.Thread(target=exchange).start()
    else:
        client.set_process_callback(process)
    client.activate()
    client.set_freewheel(True)
    time.sleep(0.3)
    for _ in range(windows):
        before, begin = client.last_frame_time, time.perf_counter()
        time.sleep(seconds)
        after, end = client.last_frame_time, time.perf_counter()
        periods = (after - before) % (1 << 32) / PERIOD
        print(1e6 * (end - begin) / periods)
    if calls < periods:
        sys.exit(f"the callback was called {calls} times only")
    client.set_freewheel(False)
    client.deactivate()
    client.close()


def empty_clients(folder: Path) -> dict[str, list[str | Path]]:
    """Compiles the clients that are written in C. Returns their commands."""
    library = Path(os.environ["AMIO_LIBRARY"])
    linked: dict[str, list[str | Path]] = {
        BARE: ["-DBARE", "-ljack"],
        LINKED: [f"-I{REPOSITORY / 'include'}", library, f"-Wl,-rpath,{folder}"],
    }
    shutil.copy(library, folder / "libamio.so.0")
    clients: dict[str, list[str | Path]] = {}
    for number, (name, options) in enumerate(linked.items()):
        program = folder / f"empty_client_{number}"
        source = HERE / "empty_client.c"
        words: list[str | Path] = ["cc", "-O2", "-std=c99", "-Wall", "-Wextra", "-Werror"]
        words += [source, "-o", program, *options]
        if subprocess.run(words, check=False).returncode != 0:
            raise Missing(f"{source} was not compiled; scripts/setup bench installs what it needs")
        clients[name] = [program]
    return clients


def compare(rounds: int, windows: int, seconds: float) -> int:
    """Prints the table. Returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        commands = empty_clients(Path(folder))
        for name in [*MODULES, *BLOCKS]:
            commands[name] = [sys.executable, __file__, "--measure", name]
        figures: dict[str, list[float]] = {name: [] for name in commands}
        counts = [str(windows), str(seconds)]
        for _ in range(rounds):
            for name, command in commands.items():
                done = subprocess.run([*command, *counts], stdout=subprocess.PIPE, check=True)
                figures[name] += map(float, done.stdout.split())
    quartiles = {name: statistics.quantiles(times)[0] for name, times in figures.items()}
    print(f"{'microseconds per period':24}{'quartile':>10}{'lowest':>10}{'cost':>10}")
    for name, quartile in quartiles.items():
        cost = quartile - quartiles[BARE]
        print(f"{name:24}{quartile:10.2f}{min(figures[name]):10.2f}{cost:10.2f}")
    of_c = quartiles[LINKED] - quartiles[BARE]
    ratio = (quartiles[OURS] - quartiles[BARE]) / (quartiles[PEER] - quartiles[BARE])
    budgets = [(f"empty client: {of_c:.3f} microseconds above libjack", of_c, MOST_OF_C)]
    budgets += [(f"callback: {ratio:.3f} of JACK-Client's cost", ratio, 1.0)]
    for what, figure, budget in budgets:
        verdict = "within" if figure <= budget else "ABOVE"
        print(f"{what}, {verdict} the budget of {budget:.3f}")
    return 0 if all(figure <= budget for _, figure, budget in budgets) else 1


def run_beside_server() -> int:
    """Runs this program again with its own server, both on one core."""
    for program in ("jackd", "taskset"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed; scripts/setup bench installs it")
    if version("JACK-Client") != "0.5.7":
        raise Missing(f"{sys.executable} has JACK-Client {version('JACK-Client')}, not 0.5.7")
    core = str(max(os.sched_getaffinity(0)))
    environment = os.environ | this_package()
    # No loopback client, and a long timeout for a busy machine.
    environment |= {INSIDE: "1", "T": "600", "JACKD_OPTS": "-t 5000"}
    server = REPOSITORY / "tests" / "servers" / "with-jackd.sh"
    command = ["taskset", "-c", core, str(server), str(PERIOD), sys.executable, *sys.argv]
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--windows", type=int, default=4, help="of each client in each round")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each window")
    parser.add_argument("--rounds", type=int, default=5, help="of all clients in turns")
    if sys.argv[1:2] == ["--measure"]:
        name, windows, seconds = sys.argv[2:]
        measure(name, int(windows), float(seconds))
        return 0
    options = parser.parse_args()
    try:
        if INSIDE in os.environ:
            return compare(options.rounds, options.windows, options.seconds)
        return run_beside_server()
    except PackageNotFoundError:
        missing = f"{sys.executable} lacks JACK-Client; see requirements.txt"
        print(f"jack_process.py: {missing}", file=sys.stderr)
    except Missing as error:
        print(f"jack_process.py: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

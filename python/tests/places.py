"""Does something at each place of the package where a signal handler or another thread may run."""

from __future__ import annotations

import contextlib
import dis
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import amio

#: After these instructions the interpreter runs signal handlers (all versions of Python).
_INTERRUPTIBLE = ("CALL", "RESUME", "JUMP_BACKWARD", "JUMP_ABSOLUTE", "SETUP_WITH")
#: Not after these, though their names begin so.
_NOT_INTERRUPTIBLE = "CALL_INTRINSIC"
#: After these, if they jump; since Python 3.11, only if they jump back.
_CONDITIONAL = "POP_JUMP" if sys.version_info < (3, 11) else "POP_JUMP_BACKWARD"
#: The lengths of those instructions.
_LENGTHS = (2, 4)

_PACKAGE = str(Path(amio.__file__).parent)

needs_instructions = pytest.mark.skipif(
    sys.implementation.name != "cpython" or sys.gettrace() is not None,
    reason="it needs the instructions of CPython, and no other tracer",
)


def interrupt() -> None:
    raise KeyboardInterrupt


class _Tracer:
    def __init__(self, place: int, do: Callable[[], object], also: CodeType | None) -> None:
        self.left = place
        self._do = do
        self._also = also
        self._before: dict[FrameType, tuple[str, int]] = {}

    def trace(self, frame: FrameType, event: str, _argument: object) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(_PACKAGE) and code is not self._also:
            return None
        frame.f_trace_opcodes = True
        if event == "call":
            # Signal handlers run when a function begins, and when a generator goes on.
            self._before[frame] = "RESUME", frame.f_lasti
        if event == "exception":
            # A handler begins next, and no signal handler runs before it does.
            self._before.pop(frame, None)
        if event == "opcode":
            name = dis.opname[code.co_code[frame.f_lasti]]
            # What the compiler puts in for the interpreter's own use.
            if name != "CACHE":
                before, at = self._before.get(frame, ("", 0))
                self._before[frame] = name, frame.f_lasti
                jumped = before.startswith(_CONDITIONAL) and frame.f_lasti - at not in _LENGTHS
                called = before.startswith(_INTERRUPTIBLE)
                if jumped or (called and not before.startswith(_NOT_INTERRUPTIBLE)):
                    self.left -= 1
                    if self.left < 0:
                        sys.settrace(None)
                        self._do()
        return self.trace


def run_to(
    place: int,
    work: Callable[[], object],
    do: Callable[[], object] = interrupt,
    also: CodeType | None = None,
) -> bool:
    """Works, and does something at the n-th place; ``False``: there are fewer.

    What is interrupted there ends the work. Places are those of the package, and of ``also``.
    """
    tracer = _Tracer(place, do, also)
    # These run code of the package, too, and Python only prints what is raised there.
    gc.disable()
    # Python 3.12 traces instructions only if a frame asks for it beforehand.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(tracer.trace)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            work()
    finally:
        sys.settrace(None)
        gc.enable()
    return tracer.left < 0


def everywhere(run_at: Callable[[int], bool]) -> None:
    """Runs at one place after the other, as long as there are so many."""
    place = 0
    while run_at(place):
        place += 1
    assert place > 50

"""Placeholder."""

import ctypes, pathlib

lib = ctypes.CDLL(str(pathlib.Path(__file__).with_name("libamio.so")))

"""A wall clock that a test sets as it likes, for one process."""

import mmap
import pathlib
import struct
import subprocess

_SOURCE = pathlib.Path(__file__).resolve().parents[1] / "programs" / "set_clock.c"


class SetClock:
  """Give `env` to the process; jump() while it runs."""

  def __init__(self, folder):
    library = pathlib.Path(folder) / "set_clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-o", library, _SOURCE,
                    "-ldl"], check=True)
    path = pathlib.Path(folder) / "clock"
    path.write_bytes(bytes(8))
    with open(path, "r+b") as file:
      self._map = mmap.mmap(file.fileno(), 8)
    self.env = {"LD_PRELOAD": str(library), "SET_CLOCK_FILE": str(path)}

  def set(self, seconds):
    """So far before (or, negative, behind) the machine's clock."""
    self._map[:] = struct.pack("=q", int(seconds * 1e9))

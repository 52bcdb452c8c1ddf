"""A mesh and a control plane that serves it, in a directory of their own that
is gone afterwards."""

import pathlib
import shutil
import tempfile
import time

from lab.control_plane import ControlPlane
from suite import programs


class Playground:

  def __init__(self, mesh, patience):
    self.mesh = [str(word) for word in mesh]  # flags of bench_generate_mesh
    self.patience = patience

  def __enter__(self):
    self.directory = pathlib.Path(tempfile.mkdtemp(prefix="binnacle-bench-"))
    self.control_plane = None
    try:
      programs.generate_mesh(self.directory / "mesh", self.mesh)
      begun = time.monotonic()
      self.control_plane = ControlPlane(self.directory / "mesh", self.directory)
      self.control_plane.wait_ready(self.patience)
      self.ready_seconds = time.monotonic() - begun
      self._note_pid()
    except BaseException:
      self.__exit__()
      raise
    return self

  def __exit__(self, *_):
    if self.control_plane:
      self.control_plane.stop()
    shutil.rmtree(self.directory, ignore_errors=True)

  def play(self, steps, flags=(), on_step=None):
    """The steps of one bench_xds_load, each with its result."""

    def heard(result):
      if "event" in result:
        self._restart()
      elif on_step:
        on_step(result)

    told = programs.run(
        "bench_xds_load",
        ["--address", self.control_plane.xds_address, "--server", self.directory / "pid",
         "--policy-dir", self.directory / "mesh", "--patience", self.patience, *self.mesh,
         *flags, *steps],
        seconds=self.patience * (len(steps) + 2), on_line=heard)
    return [result for result in told if "event" not in result]

  def _restart(self):
    self.control_plane.terminate()
    self.control_plane.process.wait(20)
    self.control_plane.start()
    self._note_pid()

  def _note_pid(self):
    (self.directory / "pid").write_text(str(self.control_plane.process.pid))

"""Running a demo as a visitor does."""

import os
import pathlib
import signal
import subprocess
import sys

_DEPLOY = pathlib.Path(__file__).resolve().parents[3] / "deploy"


def start(name, once):
  environment = {key: value for key, value in os.environ.items() if key != "ONCE"}
  return subprocess.Popen([sys.executable, _DEPLOY / name / "run"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          preexec_fn=_heed_interrupts,
                          env={**environment, **({"ONCE": "1"} if once else {})})


def _heed_interrupts():
  # A shell has its background jobs ignore them, and so would the demo.
  signal.signal(signal.SIGINT, signal.SIG_DFL)


def networks():
  return set(subprocess.run(["ip", "netns", "list"], text=True, capture_output=True,
                            check=True).stdout.splitlines())

"""make demo, as a visitor runs it."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

_RUN = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "demo" / "run"


def start(once):
  environment = {name: value for name, value in os.environ.items() if name != "ONCE"}
  return subprocess.Popen([sys.executable, _RUN], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={**environment, **({"ONCE": "1"} if once else {})})


def networks():
  return set(subprocess.run(["ip", "netns", "list"], text=True, capture_output=True,
                            check=True).stdout.splitlines())


@pytest.mark.timeout(180)
def test_the_demo_checks_itself_and_leaves_nothing_behind():
  before = networks()
  demo = start(once=True)
  said, _ = demo.communicate()
  assert demo.returncode == 0, said
  assert "NOT SO" not in said
  assert "within 3 points of 90/10" in said and "within 3 points of 50/50" in said
  assert networks() == before


@pytest.mark.timeout(180)
def test_the_demo_runs_until_it_is_interrupted():
  before = networks()
  demo = start(once=False)
  said = []
  for line in demo.stdout:
    said.append(line)
    if "Ctrl-C" in line:
      break
  assert demo.poll() is None, "".join(said)
  demo.send_signal(signal.SIGINT)
  rest, _ = demo.communicate(timeout=30)
  assert demo.returncode == 0, "".join(said) + rest
  assert networks() == before


@pytest.mark.timeout(180)
def test_what_a_killed_demo_leaves_is_removed_by_the_next():
  demo = start(once=False)
  for line in demo.stdout:
    if "Setting the stage" in line:
      break
  for line in demo.stdout:
    if "binnacled serves" in line:
      break
  left = networks()
  demo.kill()
  demo.wait()
  demo.stdout.close()
  demo = start(once=True)
  said, _ = demo.communicate()
  assert demo.returncode == 0, said
  assert not networks() & left

"""make demo, as a visitor runs it."""

import signal

import pytest

from mesh.demonstration import networks, start


@pytest.mark.timeout(180)
def test_the_demo_checks_itself_and_leaves_nothing_behind():
  before = networks()
  demo = start("demo", once=True)
  said, _ = demo.communicate()
  assert demo.returncode == 0, said
  assert "NOT SO" not in said
  assert "within 4 points of 90/10" in said and "within 4 points of 50/50" in said
  assert networks() == before


@pytest.mark.timeout(180)
def test_the_demo_runs_until_it_is_interrupted():
  before = networks()
  demo = start("demo", once=False)
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
  demo = start("demo", once=False)
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
  demo = start("demo", once=True)
  said, _ = demo.communicate()
  assert demo.returncode == 0, said
  assert not networks() & left

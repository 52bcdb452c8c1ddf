"""A child process that logs to a file and does not outlive its parent."""

import os
import signal
import subprocess


class Process:
  """Start from the main thread only: the kernel ends a child together with
  the very thread that started it, so that nothing is left behind even when
  this program is killed.
  """

  def __init__(self, name, command, log, namespace=None, uid=0, env=None):
    self.name = name
    self.log = log
    # An own session: Ctrl-C reaches this program alone, which then stops its
    # children in order.
    with open(log, "ab") as output:
      self._child = subprocess.Popen(
          [*_entering(namespace), *_dropping_to(uid), *map(str, command)],
          stdin=subprocess.DEVNULL, stdout=output, stderr=output,
          start_new_session=True, env={**os.environ, **(env or {})})

  @property
  def pid(self):
    return self._child.pid

  def running(self):
    return self._child.poll() is None

  def must_run(self):
    """True, or RuntimeError with the end of its log: for use while waiting."""
    if not self.running():
      raise RuntimeError(f"{self.name} ended with {self._child.returncode}; "
                         f"the end of its log ({self.log}):\n{self.log_tail()}")
    return True

  def log_tail(self, lines=15):
    with open(self.log, encoding="utf-8", errors="replace") as log:
      return "".join(log.readlines()[-lines:])

  def send(self, signal_number):
    self._child.send_signal(signal_number)

  def wait(self, seconds):
    return self._child.wait(seconds)

  def kill(self):
    self._child.kill()
    self._child.wait()

  def stop(self, seconds=5):
    """Asks it to end; makes it after `seconds`. Returns its exit code."""
    if self.running():
      self.send(signal.SIGTERM)
    try:
      return self._child.wait(seconds)
    except subprocess.TimeoutExpired:
      self.kill()
      return self._child.returncode


def _entering(namespace):
  return ["ip", "netns", "exec", namespace] if namespace else []


def _dropping_to(uid):
  dying_with_parent = ["setpriv", "--pdeathsig", "KILL"]
  if uid == 0:
    return [*dying_with_parent, "--"]
  # It may read files wherever this checkout lies, also below /root, and
  # nothing more than that.
  return [*dying_with_parent, f"--reuid={uid}", f"--regid={uid}", "--clear-groups",
          "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search", "--"]

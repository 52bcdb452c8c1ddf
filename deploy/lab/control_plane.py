"""A running binnacled."""

import json
import os
import pathlib
import re
import signal
import urllib.error
import urllib.request

from lab.process import Process
from lab.wait import until

# $BINNACLE_BIN: another build of them, as the one under sanitizers.
_BIN = pathlib.Path(os.environ.get("BINNACLE_BIN") or
                    pathlib.Path(__file__).resolve().parents[2] / "build" / "bin")
BINNACLED = _BIN / "binnacled"
BINNACLECTL = _BIN / "binnaclectl"


class ControlPlane:
  """Starts at once, on free ports of `host`; keeps them over restarts."""

  def __init__(self, policy_dir, logs, host="127.0.0.1", flags=()):
    self.policy_dir = pathlib.Path(policy_dir)
    self.logs = pathlib.Path(logs)
    self.xds_address = f"{host}:0"
    self.admin_address = "127.0.0.1:0"
    self._flags = list(flags)
    self.start()

  def start(self):
    log = self.logs / "binnacled.log"
    log.touch()
    offset = log.stat().st_size
    self.process = Process("binnacled", [
        BINNACLED, "serve", "--policy-dir", self.policy_dir, "--data-dir", self.logs / "data",
        "--xds-address", self.xds_address, "--secure-address", "", "--webhook-address", "",
        "--admin-address", self.admin_address, *self._flags], log)
    self.xds_address, self.admin_address = until(lambda: self._addresses(offset), 20,
                                                 f"binnacled listens (log: {log})")

  def wait_ready(self, seconds=20):
    until(lambda: self.process.must_run() and self.status("/readyz") == 200, seconds,
          f"binnacled is ready (log: {self.process.log})")

  def kill(self):
    """As a crash does: without a farewell."""
    self.process.kill()

  def restart(self):
    self.start()
    self.wait_ready()

  def terminate(self):
    self.process.send(signal.SIGTERM)

  def stop(self):
    return self.process.stop()

  def status(self, path):
    try:
      with urllib.request.urlopen(f"http://{self.admin_address}{path}", timeout=5) as answer:
        return answer.status
    except urllib.error.HTTPError as error:
      return error.code

  def text(self, path):
    with urllib.request.urlopen(f"http://{self.admin_address}{path}", timeout=10) as answer:
      return answer.read().decode()

  def json(self, path):
    return json.loads(self.text(path))

  def proxies(self):
    """What /debug/proxies says, by "pod.namespace"."""
    return {entry["proxy"]: entry for entry in self.json("/debug/proxies")}

  def _addresses(self, offset):
    """The addresses it says it listens on, once it has."""
    self.process.must_run()
    with open(self.process.log, encoding="utf-8", errors="replace") as log:
      log.seek(offset)
      said = log.read()
    xds = re.search(r"xds\S*[^\n]*?(\d+\.\d+\.\d+\.\d+:[1-9]\d*)", said)
    admin = re.search(r"admin\S*[^\n]*?(\d+\.\d+\.\d+\.\d+:[1-9]\d*)", said)
    return (xds[1], admin[1]) if xds and admin else None

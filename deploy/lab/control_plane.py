"""A running binnacled."""

import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request

from lab.process import Process
from lab.wait import until

# $BINNACLE_BIN: another build of them, as the one under sanitizers.
_BIN = pathlib.Path(os.environ.get("BINNACLE_BIN") or
                    pathlib.Path(__file__).resolve().parents[2] / "build" / "bin")
BINNACLED = _BIN / "binnacled"
BINNACLECTL = _BIN / "binnaclectl"
BINNACLE_AGENT = _BIN / "binnacle-agent"


class ControlPlane:
  """Starts at once, on free ports of `host`; keeps them over restarts.

  `secure`: with a certificate authority, and a listener over TLS on `host`.
  """

  def __init__(self, policy_dir, logs, host="127.0.0.1", flags=(), secure=False, data_dir=None,
               env=None):
    self.policy_dir = pathlib.Path(policy_dir)
    self.logs = pathlib.Path(logs)
    self.data_dir = pathlib.Path(data_dir or self.logs / "data")
    self.xds_address = f"{host}:0"
    self.secure_address = f"{host}:0" if secure else ""
    self.admin_address = "127.0.0.1:0"
    self.flags = list(flags)
    self.env = env
    self.start()

  def start(self):
    log = self.logs / "binnacled.log"
    log.touch()
    offset = log.stat().st_size
    self.process = Process("binnacled", [
        BINNACLED, "serve", "--policy-dir", self.policy_dir, "--data-dir", self.data_dir,
        "--xds-address", self.xds_address, "--secure-address", self.secure_address,
        "--webhook-address", "", "--admin-address", self.admin_address, *self.flags], log,
                           env=self.env)
    self.xds_address, self.admin_address, self.secure_address = until(
        lambda: self._addresses(offset), 20, f"binnacled listens (log: {log})")

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

  def ctl(self, *words):
    """binnaclectl, asked of this server; its standard output."""
    done = self.try_ctl(*words)
    if done.returncode != 0:
      raise RuntimeError(f"binnaclectl {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout

  def try_ctl(self, *words):
    return subprocess.run([BINNACLECTL, *map(str, words)], text=True, capture_output=True,
                          env={**os.environ, "BINNACLE_ADMIN": self.admin_address,
                               "BINNACLE_SOCKET": str(self.data_dir / "admin.sock")})

  def token(self, namespace, service_account, lifetime="1h"):
    return self.ctl("token", "create", "--namespace", namespace, "--service-account",
                    service_account, "--lifetime", lifetime).strip()

  def trust_bundle(self):
    """PEM."""
    return self.ctl("ca", "root")

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
    if not xds or not admin:
      return None
    if not self.secure_address:
      return xds[1], admin[1], ""
    secure = re.search(r"secure: [^\n]*?(\d+\.\d+\.\d+\.\d+:[1-9]\d*)", said)
    return (xds[1], admin[1], secure[1]) if secure else None

"""An agent in a pod, with the Envoy that it runs."""

import os
import urllib.error

from lab.control_plane import BINNACLE_AGENT
from lab.envoy import binary
from lab.envoy_admin import EnvoyAdmin, fetch
from lab.machine import free_port
from lab.pod import PROXY_UID
from lab.wait import until


class Agent(EnvoyAdmin):
  """Starts at once; wait_ready() returns when its Envoy serves. Can do what
  lab.envoy.Envoy can."""

  def __init__(self, pod, labels, control_plane, token_file, root_file, proxy_type="sidecar",
               namespace="default", service_account="default", drain="0s", flags=(),
               envoy_flags=()):
    """`control_plane`: has a secure_address. `token_file` and `root_file` are
    read by user PROXY_UID. `flags`: more of the agent's, `envoy_flags`: of
    Envoy's. A pod's agent uses the usual ports, one on this machine free ones.
    """
    self.pod = pod
    self.state_dir = pod.logs / f"{pod.name}-agent"
    self.state_dir.mkdir(exist_ok=True)
    os.chown(self.state_dir, PROXY_UID, PROXY_UID)
    self._health_address = f"{pod.address}:{_health_port(pod)}"
    # In a pod, what Envoy's user says to the pod's own address is captured, and
    # so the agent has to ask on loopback.
    admin_host = "0.0.0.0" if pod.namespace else pod.address
    metrics = [] if pod.namespace else ["--metrics-port", "0"]
    self._command = [
        BINNACLE_AGENT, "run", "--server", control_plane.secure_address, "--token-file",
        token_file, "--root-file", root_file, "--type", proxy_type, "--name", pod.name,
        "--namespace", namespace, "--service-account", service_account, "--ip", pod.address,
        *[word for key, value in labels.items() for word in ("--label", f"{key}={value}")],
        "--state-dir", self.state_dir, "--envoy", binary(), "--envoy-admin",
        f"{admin_host}:{pod.admin_port}", "--health-address", self._health_address, *metrics,
        "--drain", drain, *flags, "--", "--concurrency", "1", "--log-level", "warning",
        *envoy_flags]
    self.start()

  def start(self):
    """Once more, after stop() or kill()."""
    self.process = self.pod.start("agent", self._command, uid=PROXY_UID)

  def health(self):
    """The status and the text of /healthz/ready."""
    try:
      return 200, fetch(f"http://{self._health_address}/healthz/ready")
    except urllib.error.HTTPError as error:
      return error.code, error.read().decode()

  def metric(self, name):
    """A metric of the agent's own, without labels."""
    for line in fetch(f"http://{self._health_address}/metrics").splitlines():
      if line.startswith(name + " "):
        return float(line.split()[1])
    raise KeyError(name)

  def wait_ready(self, seconds=30):
    until(lambda: self.process.must_run() and self.health()[0] == 200, seconds,
          f"the agent of {self.pod.name} and its Envoy serve (log: {self.process.log})")

  def kill(self):
    """As a crash does; its Envoy goes with it."""
    self.process.kill()

  def stop(self, seconds=10):
    """Returns its exit code."""
    return self.process.stop(seconds)


def _health_port(pod):
  return 15021 if pod.namespace else free_port(pod.address)

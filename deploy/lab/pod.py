"""A pod: a network namespace, its address and its processes."""

import socket
import subprocess

from lab.control_plane import BINNACLE_AGENT
from lab.namespace import entered
from lab.process import Process

APP_UID = 1338
PROXY_UID = 1337


class Pod:
  """Made by Network.add_pod()."""

  admin_port = 15000  # of its Envoy

  def __init__(self, name, address, namespace, logs):
    self.name = name
    self.address = address
    self.namespace = namespace
    self.logs = logs
    self._processes = []

  def prepare(self, capture):
    # No process of a pod is root, and still a gateway may listen on 443.
    self.run(["sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start"])
    if capture:
      self.run([BINNACLE_AGENT, "capture", "--proxy-uid", PROXY_UID, "--proxy-gid", PROXY_UID])

  def start(self, name, command, uid=APP_UID, env=None):
    """Starts a process in the pod; its log is <logs>/<pod>-<name>.log."""
    process = Process(f"{self.name}/{name}", command, self.logs / f"{self.name}-{name}.log",
                      namespace=self.namespace, uid=uid,
                      env={"POD_NAME": self.name, **(env or {})})
    self._processes.append(process)
    return process

  def run(self, command, **options):
    """Runs a command in the pod to its end; returns its standard output."""
    done = subprocess.run(["ip", "netns", "exec", self.namespace, *map(str, command)], text=True,
                          capture_output=True, **options)
    if done.returncode != 0:
      raise RuntimeError(f"{self.name}: {' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout

  def listens_on(self, port):
    """Whether a process in the pod does, past all proxies."""
    with entered(self.namespace), socket.socket() as connection:
      return connection.connect_ex(("127.0.0.1", port)) == 0

  def stop(self):
    while self._processes:
      self._processes.pop().stop(seconds=2)

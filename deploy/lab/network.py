"""The private network that pods are plugged into.

A bridge in a namespace of its own (so that the firewall rules of this machine
do not apply to what pods say to each other) and one cable from it to this
machine, which gets the address 10.251.N.1. Up to 64 networks exist at once; N
is held with a file lock, which ends with the process that holds it, however
it ends. Whoever finds a network without a holder removes it.
"""

import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import time

from lab.caller import give_to_caller
from lab.pod import Pod

_LOCKS = pathlib.Path("/run/lock/binnacle-lab")
_HOSTS = pathlib.Path("/etc/netns")
_NETWORKS = 64


def ip(*arguments):
  """Runs ip(8)."""
  done = subprocess.run(["ip", *map(str, arguments)], text=True, capture_output=True)
  if done.returncode != 0:
    raise RuntimeError(f"ip {' '.join(map(str, arguments))}: {done.stderr.strip()}")
  return done.stdout


class Network:
  """Use as a context manager, or call close()."""

  def __init__(self, folder):
    """Has <folder>/<N> to itself, emptied at the start, for logs and the like."""
    if os.geteuid() != 0:
      raise PermissionError("network namespaces need root")
    self.number, self._lock = _claim()
    self.folder = pathlib.Path(folder).resolve() / str(self.number)
    shutil.rmtree(self.folder, ignore_errors=True)
    self.logs = self.folder / "logs"
    self.logs.mkdir(parents=True)
    self.prefix = f"10.251.{self.number}."
    self.gateway = self.prefix + "1"
    self._name = _name(self.number)
    self.switch = self._name + "-switch"
    self._pods = {}
    try:
      self._plug_in()
    except BaseException:
      self.close()
      raise

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self.close()

  def add_pod(self, name, address=None, capture=True):
    """A new pod. `capture`: its TCP traffic goes through its Envoy, once that
    runs; before, it goes nowhere."""
    address = address or f"{self.prefix}{10 + len(self._pods)}"
    namespace = f"{self._name}-{name}"
    ip("netns", "add", namespace)
    ip("link", "add", "eth0", "netns", namespace, "type", "veth",
       "peer", "name", f"pod{len(self._pods)}", "netns", self.switch)
    ip("-n", self.switch, "link", "set", f"pod{len(self._pods)}", "master", "bridge", "up")
    ip("-n", namespace, "link", "set", "lo", "up")
    ip("-n", namespace, "addr", "add", f"{address}/24", "dev", "eth0")
    ip("-n", namespace, "link", "set", "eth0", "up")
    ip("-n", namespace, "route", "add", "default", "via", self.gateway)
    pod = Pod(name, address, namespace, self.logs)
    pod.prepare(capture)
    self._pods[name] = pod
    self._write_hosts(pod)
    return pod

  def name_services(self, addresses):
    """Makes every pod resolve these names (a dict of name to IP address)."""
    self._names = dict(addresses)
    for pod in self._pods.values():
      self._write_hosts(pod)

  def close(self):
    for pod in self._pods.values():
      pod.stop()
    _remove(self.number)
    give_to_caller(self.folder.parent)
    self._lock.close()

  _names = {}

  def _write_hosts(self, pod):
    # ip-netns(8): laid over /etc/hosts for whatever runs in the namespace.
    # Written in place: processes that run already see the same file.
    hosts = _HOSTS / pod.namespace / "hosts"
    hosts.parent.mkdir(parents=True, exist_ok=True)
    lines = ["127.0.0.1 localhost", f"{pod.address} {pod.name}"]
    lines += [f"{address} {name}" for name, address in self._names.items()]
    hosts.write_text("\n".join(lines) + "\n", encoding="utf-8")

  def _plug_in(self):
    ip("netns", "add", self.switch)
    ip("-n", self.switch, "link", "add", "bridge", "type", "bridge")
    ip("-n", self.switch, "link", "set", "bridge", "up")
    ip("link", "add", self._name, "type", "veth", "peer", "name", "host", "netns", self.switch)
    ip("-n", self.switch, "link", "set", "host", "master", "bridge", "up")
    ip("addr", "add", f"{self.gateway}/24", "dev", self._name)
    ip("link", "set", self._name, "up")


def _name(number):
  return f"binnacle{number}"


def _claim():
  """The first free number and the open file that holds its lock. Removes what
  dead processes left on the way."""
  _LOCKS.mkdir(parents=True, exist_ok=True)
  claimed = None
  for number in range(_NETWORKS):
    path = _LOCKS / str(number)
    if claimed and not path.exists():
      continue
    lock = open(path, "ab")
    try:
      fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
      lock.close()
      continue
    _remove(number)
    if claimed or _in_use(number):
      lock.close()
    else:
      claimed = (number, lock)
  if not claimed:
    raise RuntimeError(f"no free network among 10.251.0.0/24 ... 10.251.{_NETWORKS - 1}.0/24")
  return claimed


def _in_use(number):
  """Whether this machine already knows a way to such addresses."""
  return f"10.251.{number}." in ip("-o", "-4", "addr") + ip("-4", "route")


def _remove(number):
  """Removes the network of that number, if there is one, with all in it."""
  prefix = _name(number) + "-"
  namespaces = [line.split()[0] for line in ip("netns", "list").splitlines()
                if line.startswith(prefix)]
  for namespace in namespaces:
    _end_processes(namespace)
    ip("netns", "del", namespace)
    hosts = _HOSTS / namespace
    if hosts.is_dir():
      (hosts / "hosts").unlink(missing_ok=True)
      hosts.rmdir()
  if _plugged_in(number):
    try:
      ip("link", "del", _name(number))
    except RuntimeError:
      # The kernel takes it away by itself, with the namespace at its other end,
      # and may have done so just now.
      if _plugged_in(number):
        raise


def _plugged_in(number):
  return f" {_name(number)}@" in ip("-o", "link")


def _end_processes(namespace):
  for _ in range(100):
    pids = ip("netns", "pids", namespace).split()
    if not pids:
      return
    for pid in pids:
      try:
        os.kill(int(pid), signal.SIGKILL)
      except ProcessLookupError:
        pass
    time.sleep(0.01)

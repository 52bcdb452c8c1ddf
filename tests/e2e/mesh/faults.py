"""Faults at random, of a control plane, its network, its clock, its clients and
its policy files.

A seed gives the same faults in the same order; their effect also depends on
the moment. What a fault breaks stays broken while others happen, until heal().
One thing no control plane can stand is spared: that it starts while a file
which requests depend on is bad. It then does not know what the file once said.
"""

import contextlib
import pathlib
import random
import signal
import time

import yaml

from mesh import kubernetes, xds_client
from mesh.policy_text import split_text
from mesh.slow_client import SlowClient

_BROKEN = pathlib.Path(__file__).resolve().parents[2] / "policy" / "broken"
_VICTIMS = 6  # services that no request needs
_HOUR = 3600


class Faults:

  def __init__(self, mesh, clock, seed):
    self._mesh = mesh
    self._clock = clock
    self._random = random.Random(seed)
    self._start = time.monotonic()
    self._cut_off = set()  # names of workloads
    self._slow = []
    self._broken = sorted(_BROKEN.rglob("*.yaml"))
    self._log = []
    # What the files of the folder say when all is well.
    self.right = {path.name: path.read_text(encoding="utf-8")
                  for path in sorted(mesh.policy.path.iterdir())}
    self._vital = sorted(self.right)

  def go_on(self, seconds):
    """One after the other, for so long."""
    while time.monotonic() < self._start + seconds:
      self._one()
      self._pause(0.3)

  def _one(self):
    faults = [self._kill, self._kill_while_it_starts, self._stall, self._cut_off_a_proxy,
              self._reconnect_a_proxy, self._slow_client, self._abrupt_client, self._clock_jumps,
              self._change_the_split, self._change_the_split, self._change_a_victim,
              self._change_a_victim, self._break_a_victim, self._remove_a_victim,
              self._half_written, self._cut_short, self._vanish_for_a_moment,
              self._folder_vanishes]
    fault = self._random.choice(faults)
    self._note(fault.__name__.strip("_").replace("_", " "))
    fault()

  def heal(self):
    """Nothing is broken any more."""
    for name in sorted(self._cut_off):
      self._firewall(name, "-D")
    self._cut_off.clear()
    for client in self._slow:
      client.close()
    self._slow.clear()
    for path in list(self._mesh.policy.path.iterdir()):
      if path.name not in self.right:
        path.unlink()
    for name, text in self.right.items():
      self._mesh.policy.write(name, text)
    self._mesh.control_plane.wait_ready()

  def note_at(self, moment, what):
    """Into the history; `moment`: time.monotonic()."""
    self._log.append((moment - self._start, what))

  def history(self):
    return "\n".join(f"{when:7.2f} s  {what}" for when, what in sorted(self._log))

  def _note(self, what):
    self.note_at(time.monotonic(), what)

  def _pause(self, most):
    """How long the fault lasts: its duration, not a wait for something."""
    time.sleep(self._random.uniform(0, most))

  # The server.

  def _kill(self):
    self._mesh.control_plane.kill()
    self._pause(1)
    if self._random.random() < 0.5:
      self._change_the_split()
    self._mesh.control_plane.start()

  def _kill_while_it_starts(self):
    server = self._mesh.control_plane
    server.kill()
    server.start()
    self._pause(0.2)
    server.kill()
    server.start()

  def _stall(self):
    self._mesh.control_plane.process.send(signal.SIGSTOP)
    self._pause(1)
    self._mesh.control_plane.process.send(signal.SIGCONT)

  def _clock_jumps(self):
    jump = self._random.choice([-30 * 24 * _HOUR, -_HOUR, -10, 0, 10, _HOUR, 30 * 24 * _HOUR])
    self._note(f"  to {jump:+} s")
    self._clock.set(jump)

  # The network.

  def _cut_off_a_proxy(self):
    name = self._random.choice(sorted(self._mesh.workloads))
    if name in self._cut_off:
      return
    self._note(f"  {name}")
    self._cut_off.add(name)
    self._firewall(name, "-I")

  def _reconnect_a_proxy(self):
    if self._cut_off:
      name = self._random.choice(sorted(self._cut_off))
      self._note(f"  {name}")
      self._cut_off.remove(name)
      self._firewall(name, "-D")

  def _firewall(self, name, action):
    """Both ends keep their connection, and hear nothing."""
    port = self._mesh.control_plane.xds_address.rsplit(":", 1)[1]
    pod = self._mesh.workloads[name].pod
    pod.run(["iptables", "-w", action, "OUTPUT", "-p", "tcp", "--dport", port, "-j", "DROP"])
    pod.run(["iptables", "-w", action, "INPUT", "-p", "tcp", "--sport", port, "-j", "DROP"])

  # Clients.

  def _slow_client(self):
    if len(self._slow) == 5:
      self._slow.pop(0).close()
    self._slow.append(SlowClient(self._mesh.control_plane.xds_address,
                                 xds_client.node(f"slow-{len(self._log)}")))

  def _abrupt_client(self):
    with xds_client.DeltaStream(self._mesh.control_plane.xds_address,
                                xds_client.node("abrupt")) as stream:
      stream.subscribe(xds_client.CDS)
      if self._random.random() < 0.5:
        with contextlib.suppress(TimeoutError):
          stream.receive(1)

  # Files. Requests depend on the vital ones: what happens to these is no change.

  def _change_the_split(self):
    share = self._random.choice([0, 10, 50, 90, 100])
    self._write("split.yaml", split_text(share, 100 - share))

  def _write(self, name, text):
    self.right[name] = text
    self._mesh.policy.write(name, text)

  def _victim(self):
    return f"victim-{self._random.randrange(_VICTIMS)}"

  def _change_a_victim(self):
    name, number = self._victim(), self._random.randrange(1, 250)
    self._write(f"{name}.yaml", "---\n".join(map(yaml.safe_dump, [
        kubernetes.service(name, f"10.252.0.{number}", {"http": (80, 8080)}, {"app": name}),
        kubernetes.pod(f"{name}-1", f"10.252.1.{number}", {"app": name, "version": "v1"}),
        {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
         "metadata": {"name": name},
         "spec": {"host": name, "subsets": [
             {"name": f"s{number}", "labels": {"version": "v1"}}]}},
        {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
         "metadata": {"name": name},
         "spec": {"hosts": [name], "http": [{"route": [
             {"destination": {"host": name, "subset": f"s{number}"}}]}]}}])))

  def _break_a_victim(self):
    path = self._mesh.policy.path / f"{self._victim()}.yaml"
    broken = self._random.choice(self._broken)
    self._note(f"  {path.name}: {broken.relative_to(_BROKEN)}")
    path.write_bytes(broken.read_bytes())

  def _remove_a_victim(self):
    name = f"{self._victim()}.yaml"
    self.right.pop(name, None)
    (self._mesh.policy.path / name).unlink(missing_ok=True)

  def _half_written(self):
    """An editor, or cp, that is not done yet."""
    name = self._random.choice(self._vital)
    text = self.right[name]
    at = self._random.randrange(len(text))
    self._note(f"  {name} at {at}")
    with open(self._mesh.policy.path / name, "w", encoding="utf-8") as file:
      file.write(text[:at])
      file.flush()
      self._pause(0.5)
      file.write(text[at:])

  def _cut_short(self):
    """In the middle of a line, as by a full disk."""
    name = self._random.choice(self._vital)
    text = self.right[name]
    at = self._random.choice([at for at in range(1, len(text)) if text[at - 1] != "\n"])
    self._note(f"  {name} at {at}")
    (self._mesh.policy.path / name).write_text(text[:at], encoding="utf-8")
    self._pause(0.5)
    self._mesh.policy.write(name, text)

  def _vanish_for_a_moment(self):
    name = self._random.choice(self._vital)
    self._note(f"  {name}")
    self._mesh.policy.remove(name)
    self._pause(0.03)
    self._mesh.policy.write(name, self.right[name])

  def _folder_vanishes(self):
    folder = self._mesh.policy.path
    elsewhere = folder.with_name("moved-away")
    folder.rename(elsewhere)
    self._pause(1)
    elsewhere.rename(folder)


"""This machine, where a pod is asked for: no namespace, nothing captured."""

import socket

from lab.process import Process


class Machine:
  namespace = None

  def __init__(self, name, logs, address="127.0.0.1"):
    self.name = name
    self.address = address
    self.logs = logs
    self.admin_port = free_port(address)  # of its Envoy
    self._processes = []

  def start(self, name, command, uid=0, env=None):
    process = Process(f"{self.name}/{name}", command, self.logs / f"{self.name}-{name}.log",
                      uid=uid, env=env)
    self._processes.append(process)
    return process

  def stop(self):
    while self._processes:
      self._processes.pop().stop(seconds=2)


def free_port(address):
  """A port that nobody listens on, for programs that want to be told one."""
  with socket.socket() as listener:
    listener.bind((address, 0))
    return listener.getsockname()[1]

"""Requests from several clients at once, each answer remembered.

A client keeps its connection, as browsers do, and asks again on a new one only
after a failure. Nothing is tried twice: what fails is counted.
"""

import collections
import dataclasses
import http.client
import json
import socket
import threading
import time

from lab.namespace import entered


@dataclasses.dataclass(frozen=True)
class Target:
  """Where to connect to, and what to ask for."""
  address: str
  port: int
  host: str  # of the Host header and, with TLS, of the server's name
  path: str = "/"
  tls: object = None  # an ssl.SSLContext
  timeout: float = 10
  namespace: str = None  # of the pod that asks; None: this machine
  headers: dict = dataclasses.field(default_factory=dict)

  def connect(self):
    with entered(self.namespace):
      raw = socket.create_connection((self.address, self.port), self.timeout)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
    connection.sock = self.tls.wrap_socket(raw, server_hostname=self.host) if self.tls else raw
    connection.auto_open = False
    return connection


@dataclasses.dataclass(frozen=True)
class Answer:
  sent: float  # time.monotonic()
  status: int  # 0: there was none
  body: object  # decoded JSON, or text
  error: str = ""

  @property
  def ok(self):
    return 200 <= self.status < 300


class Load:
  """Runs while used as a context manager."""

  def __init__(self, target, clients=4, per_second=None):
    self.target = target
    self.answers = []  # appended to by the clients; read at any time
    self._pause = clients / per_second if per_second else 0
    self._end = threading.Event()
    self._clients = [threading.Thread(target=self._ask_on_and_on, daemon=True)
                     for _ in range(clients)]

  def __enter__(self):
    for client in self._clients:
      client.start()
    return self

  def __exit__(self, *_):
    self._end.set()
    for client in self._clients:
      client.join()

  def since(self, moment):
    """Answers to what was asked at `moment` or later."""
    return [answer for answer in list(self.answers) if answer.sent >= moment]

  def failures(self):
    return [answer for answer in list(self.answers) if not answer.ok]

  def _ask_on_and_on(self):
    connection = None
    while not self._end.is_set():
      connection, answer = ask(self.target, connection)
      self.answers.append(answer)
      if self._pause or not answer.status:
        self._end.wait(self._pause or 0.01)
    if connection:
      connection.close()


def ask(target, connection=None):
  """One request. Returns the connection to ask on next, and the Answer."""
  sent = time.monotonic()
  try:
    connection = connection or target.connect()
    connection.request("GET", target.path, headers={"Host": target.host, **target.headers})
    answer = connection.getresponse()
    body = answer.read()
    if answer.will_close:
      connection.close()
      connection = None
    return connection, Answer(sent, answer.status, _decoded(answer, body))
  except (OSError, http.client.HTTPException) as error:
    if connection:
      connection.close()
    return None, Answer(sent, 0, None, f"{type(error).__name__}: {error}")


def _decoded(answer, body):
  if answer.getheader("content-type", "").startswith("application/json"):
    return json.loads(body)
  return body.decode(errors="replace")


def shares(answers, version=lambda answer: answer.body["version"]):
  """What part of the good answers, in percent, came from each version."""
  counts = collections.Counter(version(a) for a in answers if a.ok)
  total = sum(counts.values())
  return {version: 100 * count / total for version, count in sorted(counts.items())}

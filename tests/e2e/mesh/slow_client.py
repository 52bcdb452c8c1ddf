"""A client that reads a byte a second."""

import socket
import threading

from mesh import xds_client


class SlowClient:
  """Takes what a proxy takes, at that speed, from when it has subscribed.
  Never answers. Use as a context manager, or call close()."""

  def __init__(self, address, proxy):
    host, port = address.rsplit(":", 1)
    self._end = threading.Event()
    self._slow = threading.Event()
    self._listener = socket.create_server(("127.0.0.1", 0))
    self._server = socket.socket()
    # A small buffer: what is not read is the server's to keep.
    self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    self._server.settimeout(5)
    self._server.connect((host, int(port)))
    self._server.settimeout(None)
    threading.Thread(target=self._relay, daemon=True).start()
    try:
      self._stream = xds_client.DeltaStream(
          "127.0.0.1:%d" % self._listener.getsockname()[1], proxy)
    except BaseException:
      self._stream = None
      self.close()
      raise
    self._slow.set()
    for type_url in (xds_client.CDS, xds_client.LDS):
      self._stream.subscribe(type_url)

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self.close()

  def close(self):
    self._end.set()
    for end in (self._listener, self._server):
      end.close()
    if self._stream:
      self._stream.__exit__()

  def _relay(self):
    try:
      client, _ = self._listener.accept()
    except OSError:
      return
    threading.Thread(target=_pass_on, args=(client, self._server), daemon=True).start()
    try:
      while data := self._server.recv(1 if self._slow.is_set() else 4096):
        client.sendall(data)
        if self._slow.is_set() and self._end.wait(1):
          return
    except OSError:
      pass
    finally:
      client.close()


def _pass_on(source, sink):
  try:
    while data := source.recv(4096):
      sink.sendall(data)
  except OSError:
    pass

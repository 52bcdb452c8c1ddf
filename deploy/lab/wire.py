"""Listening on the cables of a network, as an eavesdropper in the middle would."""

import socket
import threading

from lab.namespace import entered

_ETH_P_ALL = 3
_MIB = 1 << 20


class Wire:
  """Remembers all that passes between pods while used as a context manager."""

  def __init__(self, network):
    with entered(network.switch):
      self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * _MIB)
    self._socket.settimeout(0.1)
    self._frames = []
    self._end = threading.Event()
    self._listener = threading.Thread(target=self._listen, daemon=True)

  def __enter__(self):
    self._listener.start()
    return self

  def __exit__(self, *_):
    self._end.set()
    self._listener.join()
    self._socket.close()

  def heard(self, text):
    """Whether a frame had this text in it, for anybody to read."""
    return any(text.encode() in frame for frame in list(self._frames))

  @property
  def bytes(self):
    return sum(len(frame) for frame in list(self._frames))

  def _listen(self):
    while True:
      try:
        self._frames.append(self._socket.recv(65536))
      except TimeoutError:
        if self._end.is_set():
          return  # and nothing is left unread

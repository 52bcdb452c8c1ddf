"""Being in another network namespace for a while.

Belongs to the calling thread alone. A socket stays in the namespace where it
was made, so it is enough to be there while connecting.
"""

import contextlib
import ctypes
import os

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def entered(name):
  """`name` as of ip-netns(8); None: stay where we are."""
  if name is None:
    yield
    return
  with open("/proc/thread-self/ns/net", "rb") as home, open(f"/run/netns/{name}", "rb") as there:
    _enter(there)
    try:
      yield
    finally:
      _enter(home)


def _enter(namespace):
  if _libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

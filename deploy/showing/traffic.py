"""Watching requests being answered."""

import time

from lab.wait import until
from showing import telling


def watch(running, first, count):
  """Shows answers coming in, until there are `count` more than `first`."""
  shown_steps = 0
  deadline = time.monotonic() + 120
  while shown_steps < 20:
    until(lambda: len(running.answers) - first >= count * (shown_steps + 1) // 20,
          max(deadline - time.monotonic(), 0), f"{count:,} requests")
    shown_steps += 1
    telling.progress(count * shown_steps // 20, count, "requests")

"""Waiting for something to become true, with a deadline."""

import time


def until(condition, seconds, what, interval=0.02):
  """Returns the first true value of condition(); TimeoutError after `seconds`.

  An OSError in condition() (nobody listens yet) counts as "not yet".
  """
  deadline = time.monotonic() + seconds
  last_error = None
  while True:
    try:
      value = condition()
      if value:
        return value
    except OSError as error:
      last_error = error
    if time.monotonic() > deadline:
      because = f" ({last_error})" if last_error else ""
      raise TimeoutError(f"{what}: not within {seconds} s{because}")
    time.sleep(interval)

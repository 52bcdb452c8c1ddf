"""How a demo speaks: steps, progress, colour where there is a terminal."""

import os
import sys

_TERMINAL = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _painted(code, text):
  return f"\033[{code}m{text}\033[0m" if _TERMINAL else text


def bold(text):
  return _painted("1", text)


def good(text):
  return _painted("32", text)


def bad(text):
  return _painted("31", text)


def step(text):
  print(bold(f"\n==> {text}"), flush=True)


def say(text=""):
  print(text, flush=True)


def progress(done, total, what):
  """Redraws one line on a terminal; elsewhere says every fifth."""
  width = 30
  if sys.stdout.isatty():
    filled = width * done // total
    end = "\n" if done >= total else ""
    print(f"\r    [{'#' * filled}{'.' * (width - filled)}] {done:,}/{total:,} {what}", end=end,
          flush=True)
  elif done == total or done % (total // 5) == 0:
    print(f"    {done:,}/{total:,} {what}", flush=True)


def split(shares):
  """{"v1": 90.2, "v2": 9.8} -> "v1 90.2 %   v2 9.8 %"."""
  return "   ".join(f"{version} {share:4.1f} %" for version, share in shares.items()) or "nothing"


def shown(path):
  """Relative to where the reader is, when that is shorter."""
  return min(str(path), os.path.relpath(path), key=len)

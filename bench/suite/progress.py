"""What a run tells while it goes, on standard error."""

import sys
import time

_begun = time.monotonic()


def note(text):
  print(f"[{time.monotonic() - _begun:5.0f} s]   {text}", file=sys.stderr, flush=True)


def begin(name):
  print(f"[{time.monotonic() - _begun:5.0f} s] {name}", file=sys.stderr, flush=True)


def step(result):
  """One line for a step of bench_xds_load."""
  words = [f"{result['step']:<20}"]
  if "seconds" in result:
    words.append(f"{result['seconds']:.2f} s")
  if "last_proxy_ms" in result:
    words.append(f"last proxy {result['last_proxy_ms']['p50']:.1f} ms")
  if "back_ms" in result:
    back = result["back_ms"]
    words.append(f"back in {back['p50'] if isinstance(back, dict) else back:.0f} ms")
  if "server_cpu_ms" in result:
    words.append(f"CPU {result['server_cpu_ms']:.1f} ms")
    words.append(f"memory {result['server_rss_mb']:.0f} MB")
  words.append(f"{result['mb_sent']:.2f} MB, {result['resources']} resources sent")
  note(", ".join(words))


def case(result):
  """One line for a case of bench_translate."""
  if "of_bar" in result:
    note(f"{result['case']:<52} {result['ns_per_op'] / 1e6:9.3f} ms, "
         f"{result['of_bar']:.2f} of the bar")
  elif "ns_per_op" in result:
    note(f"{result['services']} services, {result['case']}: {result['ns_per_op'] / 1e3:.1f} us")
  else:
    note(f"{result['services']} services, {result['case']}: "
         f"parsed {result['parse_ns'] / 1e3:.0f} us, committed {result['commit_ns'] / 1e3:.0f} us, "
         f"translated {result['translate_ns'] / 1e3:.0f} us")

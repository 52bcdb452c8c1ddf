"""The programs of bench/, run and read."""

import json
import os
import pathlib
import signal
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = ROOT / "build" / "release" / "bench"
TARGETS = ["bench_ca_sign", "bench_generate_mesh", "bench_stored_bytes", "bench_translate",
           "bench_xds_load"]


class Failed(Exception):
  """A program of bench/ ended with an error; what it had told until then stays."""

  def __init__(self, message, results):
    super().__init__(message)
    self.results = results


def generate_mesh(directory, mesh):
  subprocess.run([BUILT / "bench_generate_mesh", directory, *map(str, mesh)], check=True)


def run(program, words, seconds, on_line=None):
  """Its standard output, a line of JSON each; `on_line` sees each as it comes."""
  child = subprocess.Popen(
      ["setpriv", "--pdeathsig", "KILL", "--", BUILT / program, *map(str, words)],
      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
  complaints = []
  listening = threading.Thread(target=lambda: complaints.extend(child.stderr), daemon=True)
  listening.start()
  alarm = threading.Timer(seconds, child.kill)
  alarm.start()
  results = []
  try:
    for line in child.stdout:
      result = json.loads(line)
      if on_line:
        on_line(result)
      results.append(result)
    status = child.wait()
  finally:
    alarm.cancel()
    if child.poll() is None:
      child.kill()
      child.wait()
  listening.join()
  if status == -signal.SIGKILL:
    raise Failed(f"{program}: not done within {seconds} s", results)
  if status != 0:
    raise Failed(complaints[-1].strip() if complaints else f"{program}: exit code {status}",
                 results)
  return results


class StoredBytes:
  """bench_stored_bytes on a free port, as a context."""

  def __init__(self, file):
    self._file = file

  def __enter__(self):
    self._child = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "--", BUILT / "bench_stored_bytes", self._file],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    line = self._child.stdout.readline()
    if not line:
      raise Failed(f"bench_stored_bytes: exit code {self._child.wait()}", [])
    self.address = f"127.0.0.1:{json.loads(line)['port']}"
    self.pid = self._child.pid
    return self

  def __exit__(self, *_):
    self._child.terminate()
    try:
      self._child.wait(10)
    except subprocess.TimeoutExpired:
      self._child.kill()
      self._child.wait()
    self._child.stdout.close()


def machine():
  """What the figures depend on."""
  model = ""
  with open("/proc/cpuinfo", encoding="utf-8") as info:
    for line in info:
      if line.startswith("model name"):
        model = line.split(":", 1)[1].strip()
        break
  commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True,
                          capture_output=True).stdout.strip()
  return {"cpu": model, "cores": os.cpu_count(), "load_before": os.getloadavg()[0],
          "commit": commit}

"""What is measured. Each scenario gives its steps' results, by a name."""

from suite import programs, progress
from suite.playground import Playground


class Sizes:
  """How much of everything; `quick` is for a look, not for figures to publish."""

  def __init__(self, quick, services, proxies, meshes, fleets, storm):
    self.services = services
    self.proxies = proxies
    self.meshes = meshes or ([100, 1000, 10_000] if quick else [100, 1000, 10_000, 20_000])
    self.fleets = fleets or ([1, 100, 1000] if quick else [1, 100, 1000, 5000])
    self.storm = storm or (500 if quick else 2000)
    self.repeats = 5 if quick else 20
    self.seconds = 0.3 if quick else 1
    self.patience = 60 if quick else 120


def _play(name, sizes, mesh, steps, flags=()):
  """The steps' results; with an error as the last if it went wrong."""
  progress.begin(name)
  told = []

  def note(result):
    told.append(result)
    progress.step(result)

  try:
    with Playground(mesh, sizes.patience) as ground:
      progress.note(f"{' '.join(map(str, mesh))}: ready in {ground.ready_seconds:.2f} s")
      ground.play(steps, flags, on_step=note)
  except (programs.Failed, TimeoutError, RuntimeError) as error:
    progress.note(f"FAILED: {error}")
    told.append({"step": "error", "error": str(error)})
  return told


def table(sizes):
  """The table of figures: every line of it in one run of the server."""
  n = sizes.proxies
  return {"table": _play(
      "table", sizes, ["--services", sizes.services],
      [f"open:{n}", f"endpoint:{sizes.repeats}", f"virtual-service:{max(3, sizes.repeats // 2)}",
       f"reconnect:{3 if sizes.repeats > 5 else 1}", f"open:{n}"])}


def classes(sizes):
  """The same, where proxies are not all alike, or speak otherwise."""
  few = max(3, sizes.repeats // 4)
  n = sizes.proxies
  steps = [f"open:{n}", f"endpoint:{few}", f"virtual-service:{few}", "reconnect:1"]
  mesh = ["--services", sizes.services]
  return {
      "spread over 10 namespaces": _play("spread over 10 namespaces", sizes, mesh, steps,
                                         ["--namespaces", 10]),
      "each of its own service": _play("each of its own service", sizes, mesh, steps,
                                       ["--members"]),
      "state of the world": _play("state of the world", sizes, mesh, steps,
                                  ["--variant", "sotw"]),
      "gateways": _play("gateways", sizes, [*mesh, "--gateway-hosts", min(100, sizes.services)],
                        [steps[0], steps[1], steps[3]], ["--kind", "gateway"]),
      "services of Kubernetes": _play("services of Kubernetes", sizes, [*mesh, "--kubernetes"],
                                      steps),
  }


def on_demand(sizes):
  """One route changes where sidecars hold 20 virtual hosts each, beside the default."""
  return {f"on demand={count},{fleet},{way}": _play(
      f"{count} services, {fleet} proxies, virtual hosts {way}", sizes, ["--services", count],
      [f"open:{fleet}", f"virtual-service:{max(3, sizes.repeats // 2)}", "reconnect:1"], flags)
          for count, fleet in ((sizes.services, sizes.proxies), (10 * sizes.services, 10))
          for way, flags in (("all", []), ("on demand", ["--on-demand-hosts", 20]))}


def services(sizes):
  """Cost of one change against the size of the mesh; ten proxies hold all of it."""
  # The very first change may prepare for the following: it is told by itself.
  # Before it the server rests, and gives memory back.
  return {f"services={count}": _play(
      f"{count} services, 10 proxies", sizes, ["--services", count],
      ["open:10", "idle:3", "endpoint:1", f"endpoint:{sizes.repeats}",
       f"virtual-service:{max(3, sizes.repeats // 4)}"])
          for count in sizes.meshes}


def proxies(sizes):
  """Cost of one change against the number of proxies, in a small mesh."""
  return {f"proxies={count}": _play(
      f"{count} proxies, 20 services", sizes, ["--services", 20],
      [f"open:{count}", f"endpoint:{sizes.repeats}",
       f"virtual-service:{max(3, sizes.repeats // 4)}"])
          for count in sizes.fleets}


def storm(sizes):
  """All lose the server and come back within a second; then it is restarted."""
  return {"storm": _play(
      f"{sizes.storm} proxies come back within 1 s", sizes, ["--services", 100],
      [f"open:{sizes.storm}", "reconnect:3", "endpoint:3", "restart", "endpoint:3"])}


def translate(sizes):
  """Translation alone, on one core, without streams."""
  progress.begin("translation alone")
  meshes = ",".join(str(count) for count in sizes.meshes if count != 10_000)
  try:
    told = programs.run("bench_translate", ["--seconds", sizes.seconds, "--sizes", meshes], 300,
                        on_line=progress.case)
  except programs.Failed as error:
    progress.note(f"FAILED: {error}")
    told = [*error.results, {"case": "error", "error": str(error)}]
  return {"translate": told}


def limit(sizes):
  """The bytes of the table's first line, sent by a server that does nothing else."""
  progress.begin("the limit: stored bytes")
  try:
    with Playground(["--services", sizes.services], sizes.patience) as ground:
      stored = ground.directory / "stored"
      ground.play(["open:1"], ["--save", stored])
      ground.control_plane.stop()
      with programs.StoredBytes(stored) as server:
        told = programs.run(
            "bench_xds_load",
            ["--address", server.address, "--server", server.pid, "--patience", sizes.patience,
             f"open:{sizes.proxies}", f"open:{sizes.proxies}"],
            sizes.patience * 3, on_line=progress.step)
  except (programs.Failed, TimeoutError, RuntimeError) as error:
    progress.note(f"FAILED: {error}")
    told = [{"step": "error", "error": str(error)}]
  return {"limit": told}


def certificates(sizes):
  """Certificates signed on one core, beside what OpenSSL could do at best."""
  progress.begin("certificates")
  try:
    told = programs.run("bench_ca_sign", [sizes.seconds], 60)
    progress.note(f"{told[0]['issued']:,} a second, {told[0]['ratio']:.2f} of the limit")
  except programs.Failed as error:
    progress.note(f"FAILED: {error}")
    told = [{"error": str(error)}]
  return {"certificates": told}


ALL = {scenario.__name__: scenario
       for scenario in (table, limit, on_demand, services, proxies, storm, classes, translate,
                        certificates)}

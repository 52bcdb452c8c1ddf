"""docs/performance.md's figures, from those measured."""

from suite import figures

_BEGIN = "<!-- figures: begin; written by tools/bench --document -->"
_END = "<!-- figures: end -->"


def update(path, machine, listed, results):
  """What stands between the marks is written anew; the rest of the page stays."""
  page = path.read_text()
  before, rest = page.split(_BEGIN)
  after = rest.split(_END)[1]
  path.write_text(before + _BEGIN + "\n" + _figures(machine, listed, results) + "\n" + _END + after)


def _figures(machine, listed, results):
  parts = [f"Measured on {machine['cores']} cores of {machine['cpu']}, which server and client "
           f"share (commit {machine['commit']}, load average before the run "
           f"{machine['load_before']:.1f}).",
           "### Against the bars", _table(["", "baseline", "bar", "measured", ""],
                                          figures.rows(listed))]
  parts += _growth(results, "services=", "services",
                   "One change against the size of the mesh (10 proxies hold all of it)")
  parts += _growth(results, "proxies=", "proxies",
                   "One change against the number of proxies (20 services)")
  parts += _on_demand(results)
  parts += _fleets(results)
  parts += _storm(results)
  parts += _changed(results)
  parts += _limit(results)
  return "\n\n".join(parts)


def _table(head, rows):
  lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
  return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _steps(results, name):
  """By their names; of several with one name the last."""
  return {step["step"].split(":")[0]: step for step in results.get(name, [])}


def _value(step, *keys):
  for key in keys:
    step = step.get(key) if step else None
  return "-" if step is None else figures.number(step)


def _growth(results, prefix, what, title):
  counts = sorted(int(name.split("=")[1]) for name in results if name.startswith(prefix))
  if not counts:
    return []
  rows = []
  for count in counts:
    steps = _steps(results, f"{prefix}{count}")
    first = next((step for step in results[f"{prefix}{count}"]
                  if step["step"].startswith("endpoint")), {})
    row = [f"{count:,}", _value(first, "server_cpu_ms") if first.get("times") == 1 else "-"]
    for name in ("endpoint", "virtual-service"):
      step = steps.get(name, {})
      row += [_value(step, "server_cpu_ms"), _value(step, "last_proxy_ms", "p50"),
              _value(step, "proxy_ms", "p99"), _value(step, "mb_sent")]
    rows.append(row + [_value(steps.get("open", {}), "seconds"),
                       _value(steps.get("open", {}), "server_peak_mb")])
  head = [what, "the first: CPU ms", "endpoint: CPU ms", "last proxy ms", "p99 ms", "MB sent", "route: CPU ms",
          "last proxy ms", "p99 ms", "MB sent", "first configuration s", "memory MB"]
  return [f"### {title}", _table(head, rows)]


def _on_demand(results):
  rows = []
  for name in results:
    if not name.startswith("on demand="):
      continue
    services, proxies, way = name.split("=")[1].split(",")
    steps = _steps(results, name)
    opened, route, back = (steps.get(step, {}) for step in ("open", "virtual-service", "reconnect"))
    rows.append([f"{int(services):,}", proxies, way, _value(route, "mb_sent"),
                 _value(route, "server_cpu_ms"), _value(route, "last_proxy_ms", "p50"),
                 _value(opened, "seconds"), _value(opened, "mb_sent"), _value(back, "resources"),
                 _value(opened, "server_peak_mb")])
  if not rows:
    return []
  head = ["services", "proxies", "virtual hosts", "route: MB sent", "CPU ms", "last proxy ms",
          "first configuration s", "MB sent", "sent again", "memory MB"]
  return ["### One VirtualService changes: virtual hosts on demand (20 to a proxy) beside the "
          "default", _table(head, rows)]


def _fleets(results):
  names = ["spread over 10 namespaces", "each of its own service", "state of the world",
           "gateways", "services of Kubernetes"]
  rows = []
  for name in names:
    steps = _steps(results, name)
    if not steps:
      continue
    opened, endpoint, route, back = (steps.get(step, {}) for step in
                                     ("open", "endpoint", "virtual-service", "reconnect"))
    rows.append([name, _value(opened, "seconds"), _value(opened, "server_cpu_ms"),
                 _value(endpoint, "last_proxy_ms", "p50"), _value(endpoint, "server_cpu_ms"),
                 _value(route, "last_proxy_ms", "p50"), _value(route, "server_cpu_ms"),
                 _value(back, "resources"), _value(back, "server_cpu_ms"),
                 _value(opened, "server_peak_mb")])
  if not rows:
    return []
  head = ["proxies", "first s", "CPU ms", "endpoint ms", "CPU ms", "route ms", "CPU ms",
          "sent again", "CPU ms", "memory MB"]
  return ["### Other fleets (the table's mesh and number of proxies)", _table(head, rows)]


def _storm(results):
  steps = _steps(results, "storm")
  if "reconnect" not in steps:
    return []
  rows = []
  for name, what in (("reconnect", "connections lost"), ("restart", "server restarted")):
    step = steps.get(name, {})
    back = step.get("back_ms")
    rows.append([what, figures.number(back["p50"] if isinstance(back, dict) else back),
                 _value(step, "server_cpu_ms"), _value(step, "resources"), _value(step, "mb_sent"),
                 _value(step, "server_rss_mb")])
  return [f"### A storm: {steps['reconnect']['proxies']:,} proxies come back within a second "
          "(100 services)",
          _table(["", "all are back after ms", "CPU ms", "resources sent again", "MB sent",
                  "memory MB"], rows)]


def _changed(results):
  rows = [[f"{case['services']:,}", case["case"],
           *(figures.number(case[key] / 1e3) if key in case else "" for key in
             ("parse_ns", "commit_ns")),
           figures.number(case.get("translate_ns", case.get("ns_per_op")) / 1e3)]
          for case in results.get("translate", []) if "services" in case]
  if not rows:
    return []
  return ["### One change, in process, for one class of sidecars (microseconds on one core)",
          _table(["services", "", "parse", "commit", "translate"], rows)]


def _limit(results):
  steps = [step for step in results.get("limit", []) if "server_cpu_ms" in step]
  if len(steps) < 2:
    return []
  rows = [[f"{step['proxies']}", figures.number(step["seconds"]),
           figures.number(step["server_cpu_ms"]), figures.number(step["server_rss_mb"]),
           figures.number(step["kb_per_proxy"])] for step in steps]
  return ["### The limit: the same bytes from a server that only sends stored ones",
          _table(["proxies", "first configuration s", "CPU ms", "memory MB",
                  "KB for each further proxy"], rows)]

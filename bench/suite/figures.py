"""The table of figures: baseline, bar and what was measured, line by line."""

# Istio 1.29.1's pilot-discovery with a file source, on 2 cores of this kind,
# shared with its load client: 1,000 services, 100 sidecars on delta ADS.
_BASELINE_SERVICES = 1000
_BASELINE_PROXIES = 100


class Figure:

  def __init__(self, what, unit, baseline, bar, measured, at_least=False):
    self.what = what
    self.unit = unit
    self.baseline = baseline  # None: not known
    self.bar = bar
    self.measured = measured  # None: not measured, or it failed
    self.at_least = at_least  # the bar is to be reached, not kept below

  @property
  def met(self):
    if self.measured is None:
      return None
    return self.measured >= self.bar if self.at_least else self.measured <= self.bar

  def json(self):
    return {"what": self.what, "unit": self.unit, "baseline": self.baseline, "bar": self.bar,
            "measured": self.measured, "met": self.met}


def _step(results, scenario, name, nth=0):
  """The nth result of the step `name` (as "open"), or {}; -1: the last."""
  found = [result for result in results.get(scenario, [])
           if result["step"].split(":")[0] == name]
  return found[nth] if found and len(found) > nth else {}


def _median(step):
  return step["last_proxy_ms"]["p50"] if step else None


def _of_table(results):
  opened = _step(results, "table", "open")
  endpoint = _step(results, "table", "endpoint")
  route = _step(results, "table", "virtual-service")
  back = _step(results, "table", "reconnect")
  more = _step(results, "table", "open", 1)
  return [
      Figure("first configuration: all hold it", "s", 7.8, 7.8 / 8, opened.get("seconds")),
      Figure("first configuration: server CPU", "ms", 14_300, 14_300 / 20,
             opened.get("server_cpu_ms")),
      Figure("one endpoint: until all have it", "ms", 953, 30, _median(endpoint)),
      Figure("one endpoint: server CPU", "ms", 1220, 15, endpoint.get("server_cpu_ms")),
      Figure("one VirtualService: until all have it", "ms", 2800, 200, _median(route)),
      Figure("one VirtualService: server CPU", "ms", 3500, 60, route.get("server_cpu_ms")),
      Figure("one VirtualService: sent", "MB", 412, 85, route.get("mb_sent")),
      Figure("all come back: resources sent again", "", 600_000, 0, back.get("resources")),
      Figure("all come back: server CPU", "ms", 7900, 100, back.get("server_cpu_ms")),
      Figure("resident memory, peak", "MB", 829, 100, back.get("server_peak_mb")),
      Figure("memory for each further proxy", "KB", 4400, 400, more.get("kb_per_proxy")),
  ]


def _growth(results, prefix, what):
  """CPU of one change in the largest mesh, as a multiple of the smallest's."""
  found = sorted((int(name.split("=")[1]), name) for name in results if name.startswith(prefix))
  if len(found) < 2:
    return []
  # The last such step: when each change is as the one before.
  cpu = [_step(results, name, what, -1).get("server_cpu_ms")
         for name in (found[0][1], found[-1][1])]
  measured = cpu[1] / cpu[0] if all(cpu) else None
  return [Figure(f"one {what.replace('virtual-service', 'VirtualService')}: CPU in {found[-1][0]:,}"
                 f" services / in {found[0][0]:,}", "x", None, 2, measured)]


def _of_translation(results):
  cases = results.get("translate", [])
  listed = [Figure(f"cold, {case['case']}", "ms", case["baseline_ns"] / 1e6, case["bar_ns"] / 1e6,
                   case["ns_per_op"] / 1e6) for case in cases if "of_bar" in case]
  idle = sorted((case["services"], case["ns_per_op"]) for case in cases
                if case["case"] == "nothing changed")
  if len(idle) > 1:
    (small, least), (large, most) = idle[0], idle[-1]
    listed.append(Figure(f"nothing changed: time in {large:,} services / in {small:,}", "x", None,
                         2, most / least))
  return listed


def _of_certificates(results):
  return [Figure("certificates signed, of OpenSSL's limit", "", 0.4, 0.8, case["ratio"],
                 at_least=True)
          for case in results.get("certificates", []) if "ratio" in case]


def figures(results, sizes):
  """Only what was measured as the bars ask for it."""
  listed = []
  if "table" in results:
    listed += _of_table(results)
  listed += _growth(results, "services=", "endpoint")
  listed += _of_translation(results)
  listed += _of_certificates(results)
  comparable = (sizes.services, sizes.proxies) == (_BASELINE_SERVICES, _BASELINE_PROXIES)
  return listed, comparable


def number(value):
  if value is None:
    return "-"
  if value == 0:
    return "0"
  if value >= 100:
    return f"{value:,.0f}"
  return f"{value:.3g}"


def _with(value, unit):
  return number(value) + (unit if value is not None else "")


def rows(listed):
  """Texts: what, baseline, bar, measured, and whether the bar is met."""
  for figure in listed:
    unit = f" {figure.unit}" if figure.unit else ""
    met = {True: "met", False: "MISSED", None: "not measured"}[figure.met]
    bar = (">= " if figure.at_least else "") + number(figure.bar) + unit
    yield figure.what, _with(figure.baseline, unit), bar, _with(figure.measured, unit), met


def text(listed):
  """As a table for people."""
  lines = [("", "baseline", "bar", "measured", ""), *rows(listed)]
  widths = [max(len(line[column]) for line in lines) for column in range(5)]
  return "\n".join(
      "  ".join([line[0].ljust(widths[0])] +
                [line[column].rjust(widths[column]) for column in (1, 2, 3)] + [line[4]]).rstrip()
      for line in lines)

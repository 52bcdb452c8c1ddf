"""Cost of one change, as an SVG drawn by hand: against services and against
proxies, both axes logarithmic."""

import math
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 560, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 56, 96
_GAP = 20

# step, value of its result, what it is, colour, dashes
_LINES = [
    ("endpoint", lambda r: r["server_cpu_ms"], "one endpoint: server CPU", "#0b6e4f", ""),
    ("endpoint", lambda r: r["last_proxy_ms"]["p50"], "one endpoint: until the last proxy has it",
     "#0b6e4f", "5 4"),
    ("virtual-service", lambda r: r["server_cpu_ms"], "one VirtualService: server CPU", "#b3401f",
     ""),
    ("virtual-service", lambda r: r["last_proxy_ms"]["p50"],
     "one VirtualService: until the last proxy has it", "#b3401f", "5 4"),
]


def _points(results, prefix, step, value):
  points = {}  # of several such steps the last counts
  for name, steps in results.items():
    if not name.startswith(prefix):
      continue
    for result in steps:
      if result["step"].split(":")[0] == step and "server_cpu_ms" in result:
        points[int(name.split("=")[1])] = max(value(result), 1e-3)
  return sorted(points.items())


class _Panel:
  """One diagram, at an offset to the right."""

  def __init__(self, offset, title, label, lines):
    self.offset = offset
    self.title = title
    self.label = label
    self.lines = [(points, what, colour, dashes)
                  for points, what, colour, dashes in lines if points]
    xs = [x for points, *_ in self.lines for x, _ in points] or [1, 10]
    ys = [y for points, *_ in self.lines for _, y in points] or [1, 10]
    self.x0, self.x1 = self._decades(xs)
    self.y0, self.y1 = self._decades(ys)

  @staticmethod
  def _decades(values):
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)

  def x(self, value):
    part = (math.log10(value) - self.x0) / (self.x1 - self.x0)
    return self.offset + _LEFT + part * (_WIDTH - _LEFT - _RIGHT)

  def y(self, value):
    part = (math.log10(value) - self.y0) / (self.y1 - self.y0)
    return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)

  def draw(self):
    return [*self._grid(), *self._curves()]

  def _grid(self):
    left, right = self.x(10 ** self.x0), self.x(10 ** self.x1)
    top, bottom = self.y(10 ** self.y1), self.y(10 ** self.y0)
    parts = [_text((left + right) / 2, 26, self.title, "middle", 15, weight="bold"),
             _text((left + right) / 2, bottom + 36, self.label, "middle"),
             _text(left - 52, top - 12, "milliseconds for one change", "start")]
    for power in range(self.x0, self.x1 + 1):
      x = self.x(10.0 ** power)
      parts += [_line(x, top, x, bottom), _text(x, bottom + 17, _decade(power), "middle")]
    for power in range(self.y0, self.y1 + 1):
      y = self.y(10.0 ** power)
      parts += [_line(left, y, right, y), _text(left - 7, y + 4, _decade(power), "end")]
    return parts

  def _curves(self):
    parts = []
    for points, _, colour, dashes in self.lines:
      path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
      dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
      parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                   f'stroke-width="2"{dashed}/>')
      parts += [f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3.5" fill="{colour}">'
                f"<title>{x:,}: {y:.3g} ms</title></circle>" for x, y in points]
    return parts


def _decade(power):
  return f"{10 ** power:,}" if power >= 0 else f"{10.0 ** power:g}"


def _line(x1, y1, x2, y2):
  return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
          'stroke="#d9d9d9" stroke-width="1"/>')


def _text(x, y, text, anchor, size=12, weight="normal"):
  return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
          f'font-weight="{weight}">{escape(text)}</text>')


def _legend(y, width):
  parts = []
  for i, (_, _, what, colour, dashes) in enumerate(_LINES):
    x, row = _LEFT + (i // 2) * (width / 2), y + (i % 2) * 18
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    parts += [f'<line x1="{x}" y1="{row - 4}" x2="{x + 30}" y2="{row - 4}" stroke="{colour}" '
              f'stroke-width="2"{dashed}/>', _text(x + 38, row, what, "start")]
  return parts


def draw(results):
  """The whole file."""

  def lines(prefix):
    return [(_points(results, prefix, step, value), what, colour, dashes)
            for step, value, what, colour, dashes in _LINES]

  panels = [_Panel(0, "against the size of the mesh", "services (10 proxies hold all of them)",
                   lines("services=")),
            _Panel(_WIDTH + _GAP, "against the number of proxies", "proxies (20 services)",
                   lines("proxies="))]
  width = 2 * _WIDTH + _GAP
  body = [part for panel in panels for part in panel.draw()] + _legend(_HEIGHT - 32, width)
  return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
          f'width="{width}" height="{_HEIGHT}" font-family="sans-serif" fill="#222">\n'
          f'<rect width="{width}" height="{_HEIGHT}" fill="white"/>\n' + "\n".join(body) +
          "\n</svg>\n")

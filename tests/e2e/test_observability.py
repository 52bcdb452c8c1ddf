"""What dashboards and alerts ask for is really there."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest
import yaml

from lab.control_plane import ControlPlane
from lab.wait import until
from mesh import kubernetes, xds_client

_FOLDER = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "observability"
_NAME = re.compile(r"\b(?:binnacle|process)_[a-z0-9_]+")
_SERIES = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
_USE = re.compile(r"\b((?:binnacle|process)_[a-z0-9_]+)\{([^}]*)\}")
_MATCHER = re.compile(r'([a-z_]+)(=~|!=|!~|=)"([^"]*)"')
# What Prometheus adds to every series.
_SCRAPED = {"job", "instance", "le"}


def alert_rules():
  groups = yaml.safe_load((_FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
  return [rule for group in groups for rule in group["rules"]]


def panels():
  board = json.loads((_FOLDER / "dashboard.json").read_text(encoding="utf-8"))
  return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions():
  return [rule["expr"] for rule in alert_rules()] + [
      target["expr"] for panel in panels() for target in panel["targets"]]


@pytest.fixture(scope="module")
def series(exported):
  """{name: [labels]}"""
  return parse(exported)


@pytest.fixture(scope="module")
def exported():
  """What a binnacled with one proxy exports."""
  with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "policy").mkdir()
    (folder / "policy" / "echo.yaml").write_text(yaml.safe_dump(kubernetes.service(
        "echo", "10.0.0.1", {"http": (80, 8080)}, {"app": "echo"})), encoding="utf-8")
    control_plane = ControlPlane(folder / "policy", folder, secure=True)
    try:
      control_plane.wait_ready()
      with xds_client.DeltaStream(control_plane.xds_address, xds_client.node()) as stream:
        stream.subscribe(xds_client.CDS)
        refuse_one(stream)
        yield until(lambda: metrics_with(control_plane, "binnacle_object_nacks_total"), 10,
                    "what was refused is counted by object")
    finally:
      control_plane.stop()


def refuse_one(stream):
  """As an Envoy that does not take one of its clusters, until it is found out."""
  names, refused = [], None
  while names != [refused]:
    answer = stream.receive()
    names = [resource.name for resource in answer.resources]
    refused = refused or next(name for name in names if name.startswith("outbound|"))
    if refused in names:
      stream.nack(answer, "no")
    else:
      stream.ack(answer)


def metrics_with(control_plane, name):
  text = control_plane.text("/metrics")
  return text if name in text else None


def parse(text):
  found = {}
  for line in text.splitlines():
    if line.startswith("#"):
      continue
    match = _SERIES.match(line)
    assert match, f"not a line of Prometheus' text format: {line}"
    float(match[3])
    found.setdefault(match[1], []).append(dict(_LABEL.findall(match[2] or "")))
  return found


def test_every_metric_of_alerts_and_dashboard_is_exported(series):
  asked = {name for expression in expressions() for name in _NAME.findall(expression)}
  assert len(asked) >= 25
  assert sorted(asked - series.keys()) == []


def test_every_label_that_is_matched_is_one_that_the_metric_has(series):
  for expression in expressions():
    for name, matchers in _USE.findall(expression):
      has = {label for labels in series[name] for label in labels}
      for label, how, value in _MATCHER.findall(matchers):
        if label in _SCRAPED:
          continue
        assert label in has, f"{name} has no label {label}: {expression}"
        if how == "=" and value != "proxy":
          assert any(labels.get(label) == value for labels in series[name]), expression


def test_names_and_units_follow_the_conventions(exported):
  kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", exported, re.MULTILINE))
  assert len(kinds) >= 25
  for name, kind in kinds.items():
    assert re.fullmatch(r"(binnacle|process)_[a-z0-9_]+", name)
    assert (kind == "counter") == name.endswith("_total"), name
    assert kind != "histogram" or name.endswith(("_seconds", "_bytes")), name
    assert not re.search(r"_(ms|milliseconds|micros|kb|mb|kilobytes)(_total)?$", name), name


def test_alert_rules_have_what_prometheus_requires():
  names = [rule["alert"] for rule in alert_rules()]
  assert len(names) == len(set(names)) >= 10
  for rule in alert_rules():
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
    assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
    assert rule["annotations"]["summary"] and rule["annotations"]["description"], rule["alert"]
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s")), rule["alert"]
    _balanced(rule["expr"])
  promtool = shutil.which("promtool")
  if promtool:
    subprocess.run([promtool, "check", "rules", _FOLDER / "alerts.yaml"], check=True)


def test_every_alert_is_explained():
  text = (_FOLDER.parents[1] / "docs" / "running.md").read_text(encoding="utf-8")
  assert [rule["alert"] for rule in alert_rules() if f"`{rule['alert']}`" not in text] == []


def test_dashboard_panels_stand_side_by_side_and_ask_something():
  places = set()
  for panel in panels():
    grid = panel["gridPos"]
    cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"])
             for y in range(grid["y"], grid["y"] + grid["h"])}
    assert not cells & places, panel["title"]
    assert grid["x"] + grid["w"] <= 24, panel["title"]
    places |= cells
    assert panel["title"] and panel["targets"]
    for target in panel["targets"]:
      _balanced(target["expr"])
  ids = [panel["id"] for panel in panels()]
  assert len(ids) == len(set(ids))


def _balanced(expression):
  for opening, closing in ("()", "{}", "[]"):
    assert expression.count(opening) == expression.count(closing), expression

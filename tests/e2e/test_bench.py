"""The programs of bench/ and what makes figures of them. Only that they work:
how fast Binnacle is, they tell whoever runs them on a quiet machine."""

import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(_ROOT / "bench"))

from suite import figures, plot

_BENCH = _ROOT / "tools" / "bench"
_PROGRAMS = _ROOT / "build" / "release" / "bench"
_TINY = ["--no-build", "--quick", "--services", "6", "--proxies", "3", "--meshes", "3,6",
         "--fleets", "1,3", "--storm", "4"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
  """A run of every scenario but translation, in tiny meshes."""
  out = tmp_path_factory.mktemp("bench")
  done = subprocess.run([_BENCH, *_TINY, "--out", out, "--only",
                         "table,limit,services,proxies,storm,classes"],
                        text=True, capture_output=True, timeout=180)
  assert done.returncode == 0, done.stderr
  return done, json.loads((out / "results.json").read_text()), out


def _steps(results, scenario):
  return {step["step"].split(":")[0]: step for step in results["scenarios"][scenario]}


def test_every_scenario_is_measured_from_both_ends_of_the_wire(run):
  _, results, _ = run
  assert set(results["scenarios"]) >= {"table", "limit", "services=3", "services=6", "proxies=1",
                                       "proxies=3", "storm", "each of its own service"}
  for steps in results["scenarios"].values():
    for step in steps:
      assert step["server_cpu_ms"] > 0
      assert step["server_rss_mb"] > 0
      assert {"mb_sent", "resources", "responses", "client_cpu_ms"} <= set(step)


def test_a_first_configuration_is_everything_in_the_mesh(run):
  _, results, _ = run
  held = _steps(results, "table")["open"]["held_by_one"]
  assert held["EDS"] == 6 * 3  # of each service: all, and two subsets
  assert held["CDS"] >= held["EDS"]
  assert held["LDS"] > 0 and held["RDS"] > 0


def test_a_change_is_one_resource_for_each_proxy_and_reaches_all(run):
  _, results, _ = run
  endpoint = _steps(results, "table")["endpoint"]
  assert endpoint["resources_by_type"] == {"CDS": 0, "EDS": 3 * 2, "LDS": 0, "RDS": 0, "VHDS": 0}
  assert 0 < endpoint["proxy_ms"]["p50"] <= endpoint["last_proxy_ms"]["max"]
  route = _steps(results, "table")["virtual-service"]
  assert route["resources_by_type"]["RDS"] == 3


def test_who_comes_back_is_sent_nothing_again_not_even_by_a_new_server(run):
  _, results, _ = run
  assert _steps(results, "table")["reconnect"]["resources"] == 0
  storm = _steps(results, "storm")
  assert storm["reconnect"]["resources"] == 0
  assert storm["restart"]["resources"] == 0
  assert storm["restart"]["breaks"] == 4


def test_the_table_says_baseline_bar_and_measured_and_warns_of_other_sizes(run):
  done, results, _ = run
  for line in results["table"]:
    assert {"what", "unit", "baseline", "bar", "measured", "met"} == set(line)
    assert line["measured"] is not None
    assert line["what"] in done.stdout
  assert "do not compare" in done.stdout
  assert not results["comparable"]


def test_the_plot_is_an_svg_with_a_curve_for_each_cost(run):
  _, _, out = run
  svg = xml.etree.ElementTree.parse(out / "cost.svg").getroot()
  assert svg.tag == "{http://www.w3.org/2000/svg}svg"
  assert len(svg.findall("{http://www.w3.org/2000/svg}polyline")) == 8


def test_what_was_not_measured_is_said_to_be_so():
  listed, _ = figures.figures({"table": [{"step": "error", "error": "no server"}]},
                              type("Sizes", (), {"services": 1000, "proxies": 100}))
  assert all(figure.met is None for figure in listed)
  assert "not measured" in figures.text(listed)
  assert plot.draw({}).startswith("<svg")


def test_translation_alone_is_told_case_by_case():
  done = subprocess.run([_PROGRAMS / "bench_translate", "--seconds", "0.01", "--only", "changed",
                         "--sizes", "3"], text=True, capture_output=True, timeout=60)
  assert done.returncode == 0, done.stderr
  cases = [json.loads(line) for line in done.stdout.splitlines()]
  assert [case["case"] for case in cases] == ["one endpoint changed", "one VirtualService changed"]
  assert all(case["translate_ns"] > 0 for case in cases)


@pytest.mark.parametrize("program", ["bench_generate_mesh", "bench_xds_load", "bench_stored_bytes",
                                     "bench_translate"])
def test_every_program_explains_itself_by_example(program):
  done = subprocess.run([_PROGRAMS / program, "--help"], text=True, capture_output=True)
  assert done.returncode == 0
  assert "Example" in done.stdout
  assert subprocess.run([_PROGRAMS / program, "--nonsense"], capture_output=True).returncode == 2


def test_an_unknown_scenario_is_refused_with_those_that_exist():
  done = subprocess.run([_BENCH, "--only", "tables"], text=True, capture_output=True)
  assert done.returncode == 2
  assert "there are table, limit" in done.stderr

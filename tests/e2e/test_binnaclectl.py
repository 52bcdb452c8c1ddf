"""binnaclectl, against a running mesh."""

import json
import os
import subprocess

import pytest

from lab.control_plane import BINNACLECTL
from mesh.policy_text import policy_text


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  mesh.policy.write("gateway.yaml", policy_text("gateway.yaml"))
  mesh.policy.write("versions.yaml", policy_text("versions.yaml"))
  mesh.policy.write("split.yaml", policy_text("split.yaml"))
  mesh.add_service("echo")
  mesh.add_workload("echo-v1", "echo", "v1")
  mesh.add_gateway()


@pytest.fixture
def ctl(mesh):
  def run(*arguments, expect=0):
    done = subprocess.run([BINNACLECTL, *map(str, arguments)], text=True, capture_output=True,
                          timeout=30, env={**os.environ,
                                           "BINNACLE_ADMIN": mesh.control_plane.admin_address})
    assert done.returncode == expect, f"{done.stdout}\n{done.stderr}"
    return done.stdout

  return run


def test_validate_accepts_good_files_and_names_the_fault_of_a_bad_one(ctl, mesh, tmp_path):
  ctl("validate", mesh.policy.path / "split.yaml")
  bad = tmp_path / "bad.yaml"
  bad.write_text(policy_text("split.yaml", [("weight: 90", "weight: ninety")]), encoding="utf-8")
  line = 1 + bad.read_text().splitlines().index("      weight: ninety")
  assert f"{bad}:{line}:" in ctl("validate", bad, expect=1)
  [finding] = json.loads(ctl("validate", bad, "-o", "json", expect=1))
  assert (finding["line"], finding["field"]) == (line, "spec.http[0].route[0].weight")


def test_proxy_status_lists_every_proxy(ctl, mesh):
  def entries():
    return {entry["proxy"]: entry for entry in json.loads(ctl("proxy-status", "-o", "json"))}

  mesh.wait_until(lambda: all(
      entry["types"][kind]["status"] == "SYNCED" for entry in entries().values()
      for kind in ("CDS", "LDS")), "all is synced")
  assert set(entries()) == {"echo-v1.default", "ingress.istio-system"}
  table = ctl("proxy-status")
  assert "echo-v1.default" in table and "SYNCED" in table


@pytest.mark.parametrize("kind, proxy, wanted", [
    ("clusters", "echo-v1.default", "outbound|80|v1|echo.default.svc.cluster.local"),
    ("listeners", "echo-v1.default", "virtualInbound"),
    ("routes", "ingress.istio-system", "http.80"),
    ("endpoints", "ingress.istio-system", "outbound|80|v1|echo.default.svc.cluster.local"),
])
def test_proxy_config_shows_what_a_proxy_has(ctl, mesh, kind, proxy, wanted):
  shown = json.loads(ctl("proxy-config", kind, proxy, "-o", "json"))
  names = [entry.get("name") or entry.get("clusterName") or entry.get("cluster_name")
           for entry in shown]
  assert wanted in names
  assert ctl("proxy-config", kind, proxy).strip()


def test_get_lists_objects(ctl):
  assert "echo" in ctl("get", "virtualservices")
  [entry] = json.loads(ctl("get", "destinationrules", "-o", "json"))
  assert entry["metadata"]["name"] == "echo"


def test_version_and_completion(ctl):
  assert ctl("version").strip()
  done = subprocess.run(["bash", "-n"], input=ctl("completion", "bash"), text=True)
  assert done.returncode == 0


def test_usage_errors_exit_with_2_and_an_absent_server_with_3(ctl):
  ctl("no-such-command", expect=2)
  done = subprocess.run([BINNACLECTL, "proxy-status", "--admin", "127.0.0.1:9"],
                        capture_output=True, text=True)
  assert done.returncode == 3
  assert "127.0.0.1:9" in done.stderr

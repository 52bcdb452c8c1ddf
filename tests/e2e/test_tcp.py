"""TCP services, through sidecars on both sides."""

import socket

import pytest

from lab.namespace import entered
from mesh.policy_text import policy_text


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  mesh.add_service("lines", {"tcp": (9000, 9000)})
  mesh.add_service("bare", {"tcp": (9000, 9000)}, selector={"app": "bare"})
  mesh.add_workload("lines-v1", "lines", "v1")
  mesh.add_workload("lines-v2", "lines", "v2")
  mesh.add_workload("bare-v1", "bare", sidecar=False)
  mesh.add_client()
  mesh.wait_until(lambda: talk(mesh, "lines"), "the service answers")
  mesh.wait_until(lambda: talk(mesh, "bare"), "the service answers")


def talk(mesh, service):
  """The version that answers a connection, after it has repeated a line."""
  with entered(mesh.workloads["client"].pod.namespace):
    connection = socket.create_connection((mesh.services[service], 9000), 5)
  with connection, connection.makefile("rw") as lines:
    version = lines.readline().strip()
    lines.write("hello\n")
    lines.flush()
    return version if lines.readline() == "hello\n" else None


def test_connections_go_through_both_sidecars(mesh):
  def connections():
    return (mesh.workloads["client"].envoy.admin("/stats?filter=upstream_cx_total"),
            mesh.workloads["lines-v1"].envoy.stat("listener.0.0.0.0_15006.downstream_cx_total"))

  before = connections()
  for _ in range(10):
    assert talk(mesh, "lines") in ("v1", "v2")
  after = connections()
  assert before[0] != after[0]
  assert after[1] > before[1]


def test_connections_are_split_by_weight(mesh):
  mesh.policy.write("tcp.yaml", policy_text("tcp.yaml", [
      ("weight: 50", "weight: 100"), ("      weight: 100\n---", "      weight: 0\n---")]))
  mesh.wait_until(lambda: {talk(mesh, "lines") for _ in range(20)} == {"v1"}, "all go to v1")
  mesh.policy.write("tcp.yaml", policy_text("tcp.yaml"))
  mesh.wait_until(lambda: "v2" in {talk(mesh, "lines") for _ in range(20)}, "some go to v2")
  versions = [talk(mesh, "lines") for _ in range(200)]
  assert 65 < versions.count("v1") < 135  # 5 standard deviations


def test_a_service_without_sidecars_is_reached(mesh):
  assert talk(mesh, "bare") == "v1"

"""The control plane goes away and comes back."""

import grpc
import pytest

from lab.load import Load
from mesh import xds_client
from mesh.policy_text import policy_text, split_text
from mesh.request import send
from mesh.split import assert_no_failure


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  mesh.policy.write("gateway.yaml", policy_text("gateway.yaml"))
  mesh.policy.write("versions.yaml", policy_text("versions.yaml"))
  mesh.policy.write("split.yaml", policy_text("split.yaml"))
  mesh.add_service("echo")
  mesh.add_workload("echo-v1", "echo", "v1")
  mesh.add_workload("echo-v2", "echo", "v2")
  mesh.add_client()
  mesh.add_gateway()


@pytest.fixture
def both_ways(mesh):
  """Load through the ingress and through a sidecar."""
  mesh.policy.write("split.yaml", split_text(90, 10))
  ways = [mesh.from_outside("echo.default.svc.cluster.local"), mesh.from_client("echo")]
  for way in ways:
    mesh.wait_until(lambda: send(way).status == 200, "a first answer")
  with Load(ways[0], clients=2, per_second=500) as a, Load(ways[1], clients=2, per_second=500) as b:
    mesh.wait_until(lambda: a.answers and b.answers, "traffic")
    yield [a, b]


def connected(mesh):
  return set(mesh.control_plane.proxies())


def updates(mesh):
  """How often each proxy has taken a configuration over."""
  names = ("cluster_manager.cds.update_success", "listener_manager.lds.update_success")
  return {(workload.pod.name, name): workload.envoy.stat(name)
          for workload in mesh.workloads.values() for name in names}


def more_answers(mesh, both_ways, count):
  before = [len(way.answers) for way in both_ways]
  mesh.wait_until(lambda: all(len(way.answers) >= b + count
                              for way, b in zip(both_ways, before)), f"{count} more answers")


def test_kill_9_and_restart_lose_no_request_and_change_no_proxy(mesh, both_ways):
  everybody = {f"{name}.{'istio-system' if name == 'ingress' else 'default'}"
               for name in mesh.workloads}
  mesh.wait_until(lambda: connected(mesh) == everybody, "all proxies are connected")
  before = updates(mesh)

  mesh.control_plane.kill()
  more_answers(mesh, both_ways, 200)
  mesh.control_plane.restart()
  mesh.wait_until(lambda: connected(mesh) == everybody, "all proxies are back")
  more_answers(mesh, both_ways, 200)
  assert updates(mesh) == before  # nothing was sent again

  mesh.policy.write("split.yaml", split_text(0, 100))
  for way in both_ways:
    mesh.wait_until(lambda: {a.body["version"] for a in way.answers[-20:] if a.ok} == {"v2"},
                    "changes are followed again")
    assert_no_failure(way.answers)


def test_a_change_made_while_it_was_away_is_there_when_it_is_back(mesh, both_ways):
  mesh.control_plane.kill()
  mesh.policy.write("split.yaml", split_text(0, 100))
  more_answers(mesh, both_ways, 50)
  mesh.control_plane.restart()
  for way in both_ways:
    mesh.wait_until(lambda: {a.body["version"] for a in way.answers[-20:] if a.ok} == {"v2"},
                    "the change arrives")
    assert_no_failure(way.answers)


def test_sigterm_ends_streams_as_unavailable_and_proxies_come_back(mesh, both_ways):
  with xds_client.DeltaStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    stream.subscribe(xds_client.CDS)
    stream.receive()
    mesh.control_plane.terminate()
    assert stream.ended.wait(5)
    assert stream.status == grpc.StatusCode.UNAVAILABLE
  assert mesh.control_plane.process.wait(10) == 0
  mesh.control_plane.restart()
  mesh.wait_until(lambda: len(connected(mesh)) == len(mesh.workloads), "all proxies are back")
  for way in both_ways:
    assert_no_failure(way.answers)


@pytest.mark.parametrize("restart", [False, True], ids=["same server", "restarted server"])
def test_a_reconnecting_delta_client_that_names_its_versions_is_sent_nothing(mesh, restart):
  proxy = xds_client.node("elsewhere")
  with xds_client.DeltaStream(mesh.control_plane.xds_address, proxy) as stream:
    stream.subscribe(xds_client.CDS)
    clusters = stream.receive()
    stream.ack(clusters)
  held = {resource.name: resource.version for resource in clusters.resources}
  assert "outbound|80|v1|echo.default.svc.cluster.local" in held
  if restart:
    mesh.control_plane.kill()
    mesh.control_plane.restart()

  with xds_client.DeltaStream(mesh.control_plane.xds_address, proxy) as stream:
    stream.subscribe(xds_client.CDS, held=held)
    # Clusters would come before listeners, so this shows that none do.
    stream.subscribe(xds_client.LDS)
    assert stream.receive().type_url == xds_client.LDS
    assert stream.nothing_waiting()


def test_a_reconnecting_delta_client_is_sent_what_it_lacks_and_told_what_is_gone(mesh):
  proxy = xds_client.node("elsewhere")
  with xds_client.DeltaStream(mesh.control_plane.xds_address, proxy) as stream:
    stream.subscribe(xds_client.CDS)
    clusters = stream.receive()
  held = {resource.name: resource.version for resource in clusters.resources}
  missing = "outbound|80|v1|echo.default.svc.cluster.local"
  del held[missing]
  held["outbound|80||gone.default.svc.cluster.local"] = "1"
  held["outbound|80||echo.default.svc.cluster.local"] = "outdated"

  with xds_client.DeltaStream(mesh.control_plane.xds_address, proxy) as stream:
    stream.subscribe(xds_client.CDS, held=held)
    answer = stream.receive()
    assert {resource.name for resource in answer.resources} == {
        missing, "outbound|80||echo.default.svc.cluster.local"}
    # Clusters go last, after what may have used them.
    stream.ack(answer)
    farewell = stream.receive()
  assert not farewell.resources
  assert list(farewell.removed_resources) == ["outbound|80||gone.default.svc.cluster.local"]

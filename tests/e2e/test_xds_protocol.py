"""The xDS protocol, message by message, by a client that knows it."""

import pytest
from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.endpoint.v3 import endpoint_pb2

from mesh import kubernetes, xds_client
from mesh.xds_client import CDS, EDS, LDS, RDS, DeltaStream, SotwStream, messages

ONE = "outbound|80||one.default.svc.cluster.local"
TWO = "outbound|80||two.default.svc.cluster.local"


FIRST = {"one": "10.0.1.1", "two": "10.0.2.1"}


@pytest.fixture(scope="module", autouse=True)
def services(mesh):
  for name in FIRST:
    mesh.add_service(name)
  with DeltaStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    stream.subscribe(CDS)
    names = set()
    while not {ONE, TWO} <= names:
      response = stream.receive()
      stream.ack(response)
      names |= {resource.name for resource in response.resources}


@pytest.fixture(autouse=True)
def pods(mesh):
  with DeltaStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    stream.subscribe(EDS, [ONE, TWO])
    known = {}
    for name, address in FIRST.items():
      put_pod(mesh, name, address)
    while not all(address in known.get(cluster, "")
                  for cluster, address in zip((ONE, TWO), FIRST.values())):
      response = stream.receive()
      stream.ack(response)
      known.update({resource.name: str(resource) for resource in response.resources})


def put_pod(mesh, name, address):
  """The one pod behind a service is now there."""
  mesh.policy.write(f"pod-{name}.yaml",
                    [kubernetes.pod(f"{name}-1", address, {"app": name})])


@pytest.fixture
def delta(mesh):
  with DeltaStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    yield stream


@pytest.fixture
def sotw(mesh):
  with SotwStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    yield stream


def endpoints(response):
  return {message.cluster_name: [
      endpoint.endpoint.address.socket_address.address
      for locality in message.endpoints for endpoint in locality.lb_endpoints]
          for message in messages(response, endpoint_pb2.ClusterLoadAssignment)}


def names(response):
  return {resource.name for resource in response.resources}


def test_delta_sends_what_is_named_and_then_what_changes(delta, mesh):
  delta.subscribe(EDS, [ONE])
  first = delta.receive()
  assert names(first) == {ONE}
  delta.ack(first)

  put_pod(mesh, "two", "10.0.2.2")
  put_pod(mesh, "one", "10.0.1.2")
  second = delta.receive()
  assert names(second) == {ONE}
  assert "10.0.1.2" in str(second)
  assert second.nonce != first.nonce
  assert second.resources[0].version != first.resources[0].version


def test_delta_adds_and_drops_names(delta, mesh):
  delta.subscribe(EDS, [ONE])
  delta.ack(delta.receive())
  delta.subscribe(EDS, [TWO])
  response = delta.receive()
  assert names(response) == {TWO}
  delta.ack(response)
  delta.unsubscribe(EDS, [TWO])

  put_pod(mesh, "two", "10.0.2.3")
  put_pod(mesh, "one", "10.0.1.3")
  assert names(delta.receive()) == {ONE}


def test_delta_tells_of_names_that_there_are_not(delta):
  delta.subscribe(EDS, ["outbound|80||none.default.svc.cluster.local"])
  response = delta.receive()
  assert not response.resources
  assert list(response.removed_resources) == ["outbound|80||none.default.svc.cluster.local"]


def test_nothing_new_is_sent_before_the_last_is_answered(delta, mesh):
  delta.subscribe(EDS, [ONE])
  first = delta.receive()
  for address in ("10.0.1.4", "10.0.1.5", "10.0.1.6"):
    put_pod(mesh, "one", address)
    mesh.wait_until(lambda: address in mesh.control_plane.text(
        "/debug/objects?kind=Pod&name=one-1"), "the pod has moved")
  assert delta.nothing_waiting()
  delta.ack(first)
  assert "10.0.1.6" in str(delta.receive())


def test_sotw_sends_what_is_named_and_then_what_changes(sotw, mesh):
  sotw.subscribe(EDS, [ONE])
  first = sotw.receive()
  assert endpoints(first) == {ONE: ["10.0.1.1"]}
  sotw.subscribe(EDS, [ONE], after=first)
  sotw.subscribe(EDS, [ONE, TWO], after=first)
  second = sotw.receive()
  assert endpoints(second)[TWO] == ["10.0.2.1"]
  sotw.subscribe(EDS, [ONE, TWO], after=second)

  put_pod(mesh, "two", "10.0.2.4")
  third = sotw.receive()
  assert endpoints(third)[TWO] == ["10.0.2.4"]
  assert third.version_info != second.version_info


def test_sotw_ignores_a_stale_nonce(sotw):
  sotw.subscribe(EDS, [ONE])
  first = sotw.receive()
  sotw.subscribe(EDS, [ONE, TWO], after=first)
  second = sotw.receive()
  sotw.subscribe(EDS, [TWO], after=first)  # crossed with `second` on the way
  sotw.subscribe(EDS, [ONE, TWO], after=second)
  sotw.subscribe(CDS)
  assert sotw.receive().type_url == CDS  # none of those asked for anything new


def test_sotw_clusters_are_the_whole_state(sotw, mesh):
  sotw.subscribe(CDS)
  first = sotw.receive()
  sotw.subscribe(CDS, after=first)
  before = {cluster.name for cluster in messages(first, cluster_pb2.Cluster)}
  assert {ONE, TWO, "BlackHoleCluster"} <= before
  mesh.add_service("three")
  second = sotw.receive()
  after = {cluster.name for cluster in messages(second, cluster_pb2.Cluster)}
  assert after == before | {"outbound|80||three.default.svc.cluster.local"}
  sotw.subscribe(CDS, after=second)
  mesh.policy.remove("service-three.yaml")
  third = sotw.receive()
  assert {cluster.name for cluster in messages(third, cluster_pb2.Cluster)} == before


@pytest.mark.parametrize("stream", [DeltaStream, SotwStream])
def test_an_unknown_type_harms_nothing(mesh, stream):
  with stream(mesh.control_plane.xds_address, xds_client.node()) as client:
    client.subscribe("type.googleapis.com/nobody.knows.v3.This", ["name"])
    client.subscribe(CDS)
    response = client.receive()
    while response.type_url != CDS:
      assert not response.resources
      response = client.receive()
    assert response.resources


@pytest.mark.parametrize("stream", [DeltaStream, SotwStream])
@pytest.mark.parametrize("type_url, wanted", [
    (CDS, ()), (LDS, ()), (EDS, [ONE]), (RDS, ["80"])],
                         ids=["clusters", "listeners", "endpoints", "routes"])
def test_each_type_has_a_service_of_its_own(mesh, stream, type_url, wanted):
  with stream(mesh.control_plane.xds_address, xds_client.node(), only=type_url) as client:
    client.subscribe(type_url, wanted)
    response = client.receive()
  assert response.type_url == type_url
  assert response.resources


def test_a_proxy_that_does_not_say_who_it_is_is_turned_away(mesh):
  with DeltaStream(mesh.control_plane.xds_address, xds_client.base_pb2.Node(id="x~y")) as stream:
    stream.subscribe(CDS)
    assert stream.ended.wait(5)
    assert stream.status == xds_client.grpc.StatusCode.INVALID_ARGUMENT

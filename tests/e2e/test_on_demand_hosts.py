"""A sidecar that fetches virtual hosts when requests need them, beside one that
has them all: both must do the same."""

import threading

import pytest

from lab.load import Load, Target
from mesh.mesh import DOMAIN, Mesh
from mesh.policy_text import policy_text, split_text
from mesh.request import send
from mesh.split import assert_no_failure, assert_split

_ECHO = f"echo.default.{DOMAIN}"
_MARK = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: marked
spec:
  hosts: [marked]
  http:
  - headers: {response: {set: {x-mark: "%s"}}}
    route: [{destination: {host: marked}}]
"""


@pytest.fixture(scope="module")
def mesh():
  with Mesh() as made:
    made.control_plane.wait_ready()
    made.policy.write("versions.yaml", policy_text("versions.yaml"))
    made.policy.write("split.yaml", split_text(90, 10))
    for name in ("echo", "marked", "passing", "quiet"):
      made.add_service(name, selector={"app": "echo"})
    made.add_service("other", ports={"http": (8080, 8080)})
    for version in ("v1", "v2"):
      made.add_workload(f"echo-{version}", "echo", version)
    made.add_workload("outside", "nobody", sidecar=False)
    made.add_client("usual")
    made.metadata = {"BINNACLE_ON_DEMAND_HOSTS": "true"}
    made.add_client()
    yield made
    assert not made.rejections()


def held(mesh, route="80", client="client"):
  """Names of the virtual hosts that Envoy has in a route configuration."""
  dump = mesh.workloads[client].envoy.config_dump("dynamic_route_configs")
  found = {entry["route_config"]["name"]: entry["route_config"] for entry in dump["configs"]}
  return {host["name"] for host in found[route].get("virtual_hosts", [])}


def both(mesh, service, **way):
  """What the two clients are answered."""
  return [send(mesh.from_client(service, client=client, **way)) for client in ("usual", "client")]


def test_an_envoy_starts_without_virtual_hosts(mesh):
  assert held(mesh) == set()
  assert len(held(mesh, client="usual")) >= 4


def test_the_very_first_request_to_a_service_is_answered(mesh):
  assert send(mesh.from_client("echo")).status == 200
  assert held(mesh) == {f"80/{_ECHO}"}
  statuses = mesh.control_plane.json("/debug/proxies")
  types = {entry["proxy"]: entry["types"] for entry in statuses}
  assert types["client.default"]["VHDS"]["status"] == "SYNCED"
  assert "VHDS" not in types["usual.default"]


def test_each_name_of_a_service_is_a_virtual_host_of_its_own(mesh):
  names = ["echo", "Echo.Default", "echo:80", f"{_ECHO}.", mesh.services["echo"]]
  for name in names:
    assert send(mesh.from_client("echo", host=name)).status == 200, name
  assert held(mesh) == {f"80/{name.lower()}" for name in [_ECHO, *names]}


def test_a_first_request_with_a_body_arrives_whole(mesh):
  answer = send(mesh.from_client("echo", host="echo.default.svc:80"), method="POST",
                body=b"x" * 200_000)
  assert answer.status == 200


def test_weights_of_a_virtual_service_hold(mesh):
  with Load(mesh.from_client("echo")) as running:
    mesh.wait_until(lambda: len(running.answers) >= 1000, "answers")
  assert_split(running.answers, {"v1": 90, "v2": 10})
  assert_no_failure(running.answers)


def test_a_change_of_a_virtual_service_takes_effect(mesh):
  for mark in ("first", "second"):
    mesh.policy.write("marked.yaml", _MARK % mark)
    mesh.wait_until(lambda: all(answer.headers.get("x-mark") == mark
                                for answer in both(mesh, "marked")), f"the mark is {mark}")
  mesh.policy.remove("marked.yaml")
  mesh.wait_until(lambda: not any("x-mark" in answer.headers for answer in both(mesh, "marked")),
                  "there is no mark")


def test_a_host_that_the_mesh_does_not_know_goes_on(mesh):
  address = mesh.workloads["outside"].pod.address
  for client in ("usual", "client"):
    way = Target(address, 8080, "unknown.example.org",
                 namespace=mesh.workloads[client].pod.namespace)
    answer = send(way)
    assert answer.status == 200 and answer.json["pod"] == "outside", client
  assert held(mesh, "8080") == {"8080/unknown.example.org"}


def test_a_service_that_is_removed_is_as_one_that_never_was(mesh):
  assert [answer.status for answer in both(mesh, "passing")] == [200, 200]
  mesh.policy.remove("service-passing.yaml")
  name = f"80/passing.default.{DOMAIN}"

  def cluster():
    dump = mesh.workloads["client"].envoy.config_dump("dynamic_route_configs")
    return [host["routes"][0]["route"]["cluster"] for entry in dump["configs"]
            for host in entry["route_config"].get("virtual_hosts", []) if host["name"] == name]

  mesh.wait_until(lambda: cluster() == ["PassthroughCluster"], "the service is unknown")
  usual, on_demand = both(mesh, "passing")
  assert on_demand.status == usual.status


def test_a_service_that_is_new_is_answered_at_once(mesh):
  mesh.add_service("late", selector={"app": "echo"})
  way = mesh.from_client("late", client="usual")
  mesh.wait_until(lambda: send(way).status == 200, "the service is there")
  assert send(mesh.from_client("late")).status == 200


def test_no_request_fails_while_routes_change(mesh):
  added = policy_text("versions.yaml") + "  - name: fresh\n    labels:\n      version: v2\n"
  with Load(mesh.from_client("echo"), per_second=1000) as running:
    mesh.wait_until(lambda: len(running.answers) >= 100, "traffic")
    for v1, v2 in ((0, 100), (100, 0), (50, 50)) * 3:
      mesh.policy.write("split.yaml", split_text(v1, v2))
      so_far = len(running.answers)
      mesh.wait_until(lambda: len(running.answers) >= so_far + 200, "more traffic")
    # One file, one batch: the routes want a cluster that no proxy has yet.
    mesh.policy.write("split.yaml", policy_text("split.yaml", [
        ("subset: v1", "subset: fresh"), ("subset: v2", "subset: fresh")]) + "---\n" + added.replace(
            "name: echo", "name: echo-fresh", 1))
    mesh.wait_until(lambda: {answer.body["version"] for answer in running.answers[-50:]
                             if answer.ok} == {"v2"}, "all requests go to the new subset")
    mesh.policy.write("split.yaml", split_text(90, 10))
    mesh.wait_until(lambda: any(answer.body["version"] == "v1" for answer in running.answers[-20:]),
                    "requests go to the old subsets again")
  assert_no_failure(running.answers)


def test_a_first_request_waits_for_a_control_plane_that_is_coming_back(mesh):
  before = held(mesh)
  mesh.control_plane.kill()
  assert send(mesh.from_client("echo")).status == 200
  answers = []
  asking = threading.Thread(target=lambda: answers.append(send(mesh.from_client("quiet"))))
  asking.start()
  mesh.control_plane.restart()
  asking.join()
  assert answers[0].status == 200
  assert held(mesh) == before | {f"80/quiet.default.{DOMAIN}"}


def test_an_agent_has_its_envoy_fetch_them():
  with Mesh(identity=True, agent_flags=["--on-demand-hosts"]) as mesh:
    mesh.control_plane.wait_ready()
    mesh.add_service("echo")
    mesh.add_workload("echo-v1", "echo")
    mesh.add_client()
    assert held(mesh) == set()
    assert send(mesh.from_client("echo")).status == 200
    assert held(mesh) == {f"80/{_ECHO}"}


def test_a_virtual_host_that_envoy_refuses_holds_up_no_other():
  with Mesh() as mesh:
    mesh.control_plane.wait_ready()
    mesh.policy.write("versions.yaml", policy_text("versions.yaml"))
    mesh.policy.write("split.yaml", split_text(100, 0))
    for name in ("echo", "other"):
      mesh.add_service(name, selector={"app": "echo"})
    for version in ("v1", "v2"):
      mesh.add_workload(f"echo-{version}", "echo", version)
    mesh.metadata = {"BINNACLE_ON_DEMAND_HOSTS": "true"}
    mesh.regex_limit = 100
    mesh.add_client()
    way = mesh.from_client("echo")
    with Load(way) as running:
      mesh.wait_until(lambda: len(running.answers) >= 50, "traffic")
      mesh.policy.write("split.yaml", policy_text("large_regex.yaml"))
      mesh.wait_until(lambda: mesh.control_plane.json("/debug/refusals"), "it is refused")
      assert send(mesh.from_client("other")).status == 200
      # Of this name there is nothing that was accepted before, and yet an answer.
      assert send(mesh.from_client("echo", host="echo")).status == 404
      mesh.add_client("late")
      assert send(mesh.from_client("echo", client="late")).json["version"] == "v1"
      mesh.policy.write("split.yaml", split_text(0, 100))
      mesh.wait_until(lambda: send(way).json["version"] == "v2", "the repaired route")
      mesh.wait_until(lambda: send(mesh.from_client("echo", host="echo")).status == 200,
                      "the other name too")
    assert_no_failure(running.answers)

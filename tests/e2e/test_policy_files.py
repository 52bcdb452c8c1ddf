"""No bad file hurts the mesh."""

import pathlib

import pytest

from mesh import kubernetes, xds_client
from mesh.policy_text import policy_text, split_text
from mesh.request import send


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  mesh.policy.write("versions.yaml", policy_text("versions.yaml"))
  mesh.policy.write("gateway.yaml", policy_text("gateway.yaml"))
  mesh.add_service("echo")
  mesh.add_workload("echo-v1", "echo", "v1")
  mesh.add_workload("echo-v2", "echo", "v2")
  mesh.add_client()


def version(mesh):
  answer = send(mesh.from_client("echo"))
  return answer.json["version"] if answer.status == 200 else None


@pytest.fixture(autouse=True)
def all_to_v1(mesh):
  mesh.policy.write("split.yaml", split_text(100, 0))
  # Requests alone do not tell: without any split some go to v1 as well.
  mesh.wait_until(lambda: weights(mesh) == [100, 0], "the split is in effect")
  mesh.wait_until(lambda: {version(mesh) for _ in range(20)} == {"v1"}, "all requests go to v1")


def weights(mesh):
  """Of the split that the control plane holds."""
  objects = mesh.control_plane.json("/debug/objects?kind=VirtualService&namespace=default"
                                    "&name=echo")
  return [route.get("weight", 0) for object in objects
          for route in object["spec"]["http"][0]["route"]]


def findings(mesh, file):
  return [finding for finding in mesh.control_plane.json("/debug/findings")
          if finding["file"].endswith(file)]


def test_a_broken_file_changes_nothing_in_effect_and_its_fault_is_named(mesh):
  broken = split_text(10, 90).replace("weight: 90", "weihgt: 90")
  mesh.policy.write("split.yaml", broken)
  [finding] = mesh.wait_until(lambda: findings(mesh, "split.yaml"), "the fault is found")
  assert finding["line"] == 1 + broken.splitlines().index("      weihgt: 90")
  assert finding["field"] == "spec.http[0].route[1].weihgt"
  assert "weight" in finding["message"] + finding.get("remedy", "")
  assert version(mesh) == "v1"

  mesh.policy.write("split.yaml", split_text(0, 100))
  mesh.wait_until(lambda: version(mesh) == "v2", "the mended file is in effect")
  mesh.wait_until(lambda: not findings(mesh, "split.yaml"), "its finding is gone")


@pytest.mark.parametrize("text", [
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: echo\n",
    "\t\x00\x01", "{" * 10000, "- " * 5000 + "x",
], ids=["cut off", "not text", "braces", "nested lists"])
def test_a_file_that_is_no_yaml_changes_nothing(mesh, text):
  mesh.policy.write("split.yaml", text)
  mesh.wait_until(lambda: findings(mesh, "split.yaml"), "the fault is found")
  assert version(mesh) == "v1"
  assert mesh.control_plane.process.running()


def test_the_whole_corpus_of_broken_documents_changes_nothing_in_effect(mesh):
  corpus = sorted((pathlib.Path(__file__).parents[1] / "policy" / "broken").rglob("*.yaml"))
  assert len(corpus) >= 200
  before = mesh.control_plane.json("/debug/objects")
  names = [f"broken-{index}.yaml" for index in range(len(corpus))]
  for name, document in zip(names, corpus):
    (mesh.policy.path / name).write_bytes(document.read_bytes())

  def refused():
    told = {pathlib.Path(finding["file"]).name
            for finding in mesh.control_plane.json("/debug/findings")}
    return set(names) <= told

  mesh.wait_until(refused, "every document is refused")
  assert mesh.control_plane.json("/debug/objects") == before
  assert version(mesh) == "v1"
  for name in names:
    mesh.policy.remove(name)
  mesh.wait_until(lambda: not mesh.control_plane.json("/debug/findings"), "all is well again")
  assert mesh.control_plane.json("/debug/objects") == before


def test_one_bad_file_does_not_stop_the_others(mesh):
  mesh.policy.write("bad.yaml", "kind: VirtualService\napiVersion: networking.istio.io/v1\n"
                    "metadata: {name: bad}\nspec: {hosts: [1]}\n")
  mesh.policy.write("split.yaml", split_text(0, 100))
  mesh.wait_until(lambda: version(mesh) == "v2", "the good file is in effect")
  assert findings(mesh, "bad.yaml")
  mesh.policy.remove("bad.yaml")
  mesh.wait_until(lambda: not findings(mesh, "bad.yaml"), "its finding is gone")


def test_a_vanished_directory_removes_nothing(mesh):
  folder = mesh.policy.path
  elsewhere = folder.with_name("moved-away")
  folder.rename(elsewhere)
  mesh.wait_until(lambda: mesh.control_plane.status("/readyz") != 200 or
                  mesh.control_plane.json("/debug/findings"), "it is noticed")
  with xds_client.DeltaStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    stream.subscribe(xds_client.CDS)
    names = {resource.name for resource in stream.receive().resources}
  assert "outbound|80|v1|echo.default.svc.cluster.local" in names
  assert version(mesh) == "v1"

  elsewhere.rename(folder)
  mesh.wait_until(lambda: mesh.control_plane.status("/readyz") == 200, "it is ready again")
  mesh.policy.write("split.yaml", split_text(0, 100))
  mesh.wait_until(lambda: version(mesh) == "v2", "changes are followed again")


def test_an_object_defined_twice_is_refused_and_both_places_are_named(mesh):
  mesh.policy.write("twice.yaml", split_text(0, 100))
  found = mesh.wait_until(lambda: findings(mesh, "twice.yaml") + findings(mesh, "split.yaml"),
                          "the clash is found")
  text = str(found)
  assert "twice.yaml" in text and "split.yaml" in text
  assert version(mesh) == "v1"
  mesh.policy.remove("twice.yaml")
  mesh.wait_until(lambda: not findings(mesh, "twice.yaml"), "its finding is gone")


def test_a_removed_file_removes_its_objects(mesh):
  address = mesh.add_service("brief")
  name = "outbound|80||brief.default.svc.cluster.local"
  with xds_client.DeltaStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    stream.subscribe(xds_client.CDS)
    response = stream.receive()
    while name not in {resource.name for resource in response.resources}:
      stream.ack(response)
      response = stream.receive()
    stream.ack(response)
    mesh.policy.remove("service-brief.yaml")
    response = stream.receive()
    while name not in response.removed_resources:
      stream.ack(response)
      response = stream.receive()
  # A new object of the same name is one more service.
  mesh.policy.write("service-brief.yaml", [kubernetes.service(
      "brief", address, {"http": (80, 8080)}, {"app": "brief"})])
  mesh.wait_until(lambda: name in str(mesh.workloads["client"].envoy.admin("/clusters")),
                  "it is back")

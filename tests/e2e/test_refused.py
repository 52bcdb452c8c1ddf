"""A policy that only Envoy refuses hurts nobody: its proxies go on with what
they accepted last, and whoever wrote it is told."""

import json
import pathlib

import pytest

from lab.load import Load
from mesh.mesh import DOMAIN, Mesh
from mesh.policy_text import policy_text, split_text
from mesh.request import send
from mesh.split import assert_no_failure

CLIENTS = ("client", "client-2")


@pytest.fixture(scope="module", params=["delta", "state-of-the-world"])
def mesh(request):
  with Mesh(delta=request.param == "delta") as made:
    made.control_plane.wait_ready()
    made.policy.write("versions.yaml", policy_text("versions.yaml"))
    made.add_service("echo")
    made.add_service("other", selector={"app": "echo"})
    made.add_workload("echo-v1", "echo", "v1")
    made.add_workload("echo-v2", "echo", "v2")
    made.regex_limit = 100
    for client in CLIENTS:
      made.add_client(client)
    yield made


@pytest.fixture(autouse=True)
def all_to_v1(mesh):
  mesh.policy.write("split.yaml", split_text(100, 0))
  mesh.policy.write("other.yaml", direct_response("other", 201))
  for client in CLIENTS:
    mesh.wait_until(lambda: answer(mesh, client) == "v1" and status(mesh, client, "other") == 201,
                    f"{client} has its routes")
  mesh.wait_until(lambda: not refusals(mesh), "nothing is refused")
  yield


def direct_response(service, code):
  return [{
      "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
      "metadata": {"name": service},
      "spec": {"hosts": [f"{service}.default.svc.cluster.local"],
               "http": [{"directResponse": {"status": code}}]},
  }]


def unreadable_ca(service):
  return [{
      "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
      "metadata": {"name": service},
      "spec": {"host": service, "trafficPolicy": {
          "tls": {"mode": "SIMPLE", "caCertificates": "/nowhere/ca.pem"}}},
  }]


def answer(mesh, client):
  """The version that answers; None if none does."""
  response = send(mesh.from_client("echo", client=client))
  return response.json["version"] if response.status == 200 else None


def status(mesh, client, service):
  return send(mesh.from_client(service, client=client)).status


def objects(mesh, kind):
  return {entry["metadata"]["name"]: entry
          for entry in json.loads(mesh.control_plane.ctl("get", kind, "-o", "json"))}


def refusals(mesh):
  return mesh.control_plane.json("/debug/refusals")


def rejected(mesh, name):
  """How often an Envoy has refused an update of routes or clusters."""
  return sum(int(line.rsplit(": ", 1)[1]) for line in mesh.workloads[name].envoy.admin(
      "/stats?filter=update_rejected").splitlines())


def synced(mesh, name, kind):
  return mesh.control_plane.proxies()[f"{name}.default"]["types"][kind]["status"] == "SYNCED"


def start_late(mesh, name):
  """A further client; what it is given at first it must not refuse."""
  mesh.add_client(name)
  mesh.wait_until(lambda: synced(mesh, name, "RDS"), f"{name} has its routes")
  return name


def test_a_route_that_envoy_refuses_stays_as_it_was_and_all_else_moves_on(mesh):
  with Load(mesh.from_client("echo")) as running:
    mesh.wait_until(lambda: len(running.answers) >= 50, "traffic")
    mesh.policy.write("other.yaml", direct_response("other", 202))
    mesh.policy.write("split.yaml", policy_text("large_regex.yaml"))
    mesh.wait_until(lambda: "refusals" in objects(mesh, "vs")["echo"], "the object says so")

    # All but the refused virtual host is as it should be, on every proxy.
    late = start_late(mesh, f"late-{'delta' if mesh.delta else 'sotw'}")
    for client in (*CLIENTS, late):
      mesh.wait_until(lambda: status(mesh, client, "other") == 202, f"{client} has the new routes")
      assert answer(mesh, client) == "v1"
    assert rejected(mesh, late) == 0
    told_about(mesh)

    # Other changes to the same route configuration are refused by nobody.
    before = [rejected(mesh, client) for client in CLIENTS]
    mesh.policy.write("other.yaml", direct_response("other", 203))
    for client in (*CLIENTS, late):
      mesh.wait_until(lambda: status(mesh, client, "other") == 203, f"{client} has the new routes")
    assert [rejected(mesh, client) for client in CLIENTS] == before

    mesh.policy.write("split.yaml", split_text(0, 100))
    for client in (*CLIENTS, late):
      mesh.wait_until(lambda: answer(mesh, client) == "v2", f"{client} has the repaired route")
    assert_no_failure(running.answers)
  assert refusals(mesh) == []
  assert "refusals" not in objects(mesh, "vs")["echo"]
  for client in (*CLIENTS, late):
    mesh.wait_until(lambda: synced(mesh, client, "RDS"), f"{client} is in step")


def told_about(mesh):
  """The object, its file and line, and Envoy's reason are told wherever one looks."""
  [refusal] = objects(mesh, "vs")["echo"]["refusals"]
  assert refusal["type"] == "RDS" and "echo" in refusal["virtualHost"]
  assert "program size" in refusal["reason"]
  assert refusal["withheld"]
  assert "refusals" not in objects(mesh, "vs")["other"]
  table = mesh.control_plane.ctl("get", "vs")
  assert "REFUSED" in table and "program size" in table
  assert f"split.yaml:{first_line('split.yaml', mesh)}" in table
  [listed] = refusals(mesh)
  assert ("VirtualService", "echo") in [(o["kind"], o["name"]) for o in listed["objects"]]
  metrics = mesh.control_plane.text("/metrics")
  assert 'binnacle_refused_resources{type="RDS"} 1' in metrics
  assert any(line.startswith("binnacle_object_nacks_total") and 'name="echo"' in line
             and 'kind="VirtualService"' in line for line in metrics.splitlines())
  refusers = [entry for entry in mesh.control_plane.proxies().values()
              if entry["types"]["RDS"]["status"] == "NACKED"]
  assert refusers and "program size" in refusers[0]["types"]["RDS"]["nackReason"]
  said = [line for line in log_text(mesh).splitlines() if "withheld from its class" in line]
  assert len(said) == 1 and "VirtualService default/echo" in said[0]


def log_text(mesh):
  return pathlib.Path(mesh.control_plane.process.log).read_text(encoding="utf-8")


def first_line(file, mesh):
  """Where the document begins: behind the comment."""
  lines = mesh.policy.read(file).splitlines()
  return 1 + next(i for i, line in enumerate(lines) if not line.startswith("#"))


def test_a_newcomer_goes_without_what_it_refuses_and_serves_the_rest(mesh):
  """A gateway whose very first configuration holds a bad route: nobody has
  acknowledged anything that could stand in its place."""
  mesh.policy.write("gateway.yaml", policy_text("gateway.yaml"))
  bound = ("  http:\n", "  gateways: [istio-system/ingress]\n  http:\n")
  mesh.policy.write("split.yaml", policy_text("large_regex.yaml", [bound]))
  other = direct_response("other", 204)
  other[0]["spec"]["gateways"] = ["istio-system/ingress"]
  mesh.policy.write("other.yaml", other)
  mesh.add_gateway()
  outside = {service: mesh.from_outside(f"{service}.default.{DOMAIN}")
             for service in ("echo", "other")}
  mesh.wait_until(lambda: send(outside["other"]).status == 204, "the sound host is served")
  assert send(outside["echo"]).status == 404
  assert "refusals" in objects(mesh, "vs")["echo"]
  assert "refusals" not in objects(mesh, "vs")["other"]
  mesh.policy.write("split.yaml", policy_text("split.yaml"))
  mesh.wait_until(lambda: send(outside["echo"]).status == 200, "the repaired host is served")


def test_a_cluster_that_envoy_refuses_stays_as_it_was(mesh):
  mesh.policy.remove("other.yaml")
  for client in CLIENTS:
    mesh.wait_until(lambda: status(mesh, client, "other") == 200, "no direct response any more")
  with Load(mesh.from_client("other")) as running:
    mesh.wait_until(lambda: len(running.answers) >= 50, "traffic")
    mesh.policy.write("rule.yaml", unreadable_ca("other"))
    mesh.wait_until(lambda: "refusals" in objects(mesh, "dr").get("other", {}),
                    "the object says so")
    late = start_late(mesh, f"later-{'delta' if mesh.delta else 'sotw'}")
    assert rejected(mesh, late) == 0
    for client in (*CLIENTS, late):
      assert status(mesh, client, "other") == 200
      assert answer(mesh, client) == "v1"
    [refusal] = objects(mesh, "dr")["other"]["refusals"]
    assert refusal["type"] == "CDS" and "/nowhere/ca.pem" in refusal["reason"]
    mesh.policy.remove("rule.yaml")
    mesh.wait_until(lambda: not refusals(mesh), "the refusal is over")
    for client in (*CLIENTS, late):
      mesh.wait_until(lambda: synced(mesh, client, "CDS"), f"{client} is in step")
    assert_no_failure(running.answers)


def test_a_restart_of_the_server_takes_nothing_from_who_refused(mesh):
  mesh.policy.write("split.yaml", policy_text("large_regex.yaml"))
  mesh.wait_until(lambda: refusals(mesh), "it is refused")
  with Load(mesh.from_client("echo")) as running:
    mesh.wait_until(lambda: len(running.answers) >= 50, "traffic")
    mesh.control_plane.kill()
    mesh.control_plane.restart()
    mesh.wait_until(lambda: refusals(mesh), "it is refused again")
    for client in CLIENTS:
      mesh.wait_until(lambda: f"{client}.default" in mesh.control_plane.proxies(), "it is back")
    count = len(running.answers)
    mesh.wait_until(lambda: len(running.answers) >= count + 100, "more traffic")
    assert_no_failure(running.answers)
  for client in CLIENTS:
    assert answer(mesh, client) == "v1"

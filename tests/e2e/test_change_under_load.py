"""Changes to a mesh that carries traffic: real Envoys, on both xDS variants."""

import time

import pytest

from lab.load import Load
from mesh import kubernetes
from mesh.mesh import Mesh
from mesh.policy_text import policy_text, split_text
from mesh.request import send
from mesh.split import assert_no_failure, assert_split


@pytest.fixture(scope="module", params=["delta", "state-of-the-world"])
def mesh(request):
  with Mesh(delta=request.param == "delta") as made:
    made.control_plane.wait_ready()
    made.policy.write("gateway.yaml", policy_text("gateway.yaml"))
    made.policy.write("versions.yaml", policy_text("versions.yaml"))
    made.policy.write("split.yaml", policy_text("split.yaml"))
    made.add_service("echo")
    made.add_workload("echo-v1", "echo", "v1")
    made.add_workload("echo-v2", "echo", "v2")
    made.add_client()
    made.add_gateway()
    yield made
    assert not made.rejections()


@pytest.fixture(params=["gateway", "sidecar"])
def target(mesh, request):
  if request.param == "gateway":
    way = mesh.from_outside("echo.default.svc.cluster.local")
  else:
    way = mesh.from_client("echo")
  mesh.policy.write("split.yaml", split_text(90, 10))
  mesh.wait_until(lambda: send(way).status == 200, "a first answer")
  return way


def collect(running, count):
  """The answers to `count` requests sent from now on."""
  now = time.monotonic()
  deadline = now + 60
  while len(running.since(now)) < count:
    assert time.monotonic() < deadline, f"fewer than {count} answers in a minute"
    time.sleep(0.02)
  return running.since(now)


def only(version):
  return lambda running: {a.body["version"] for a in running.answers[-20:] if a.ok} == {version}


def test_requests_are_split_by_weight(target, mesh):
  with Load(target) as running:
    mesh.wait_until(lambda: len(running.answers) >= 100, "traffic")
    answers = collect(running, 1000)
  assert_split(answers, {"v1": 90, "v2": 10})
  assert_no_failure(running.answers)


def test_a_changed_weight_is_followed_within_a_second_and_no_request_fails(target, mesh):
  with Load(target, per_second=1000) as running:
    mesh.wait_until(lambda: len(running.answers) >= 100, "traffic")
    mesh.policy.write("split.yaml", split_text(0, 100))
    changed = time.monotonic()
    mesh.wait_until(lambda: only("v2")(running), "all requests go to v2")
    took = time.monotonic() - changed
    mesh.policy.write("split.yaml", split_text(50, 50))
    mesh.wait_until(lambda: any(a.body["version"] == "v1" for a in running.answers[-20:]),
                    "some requests go to v1 again")
    answers = collect(running, 1000)
  assert took < 1
  assert_split(answers, {"v1": 50, "v2": 50})
  assert_no_failure(running.answers)


def test_a_subset_added_and_used_at_once_loses_no_request(target, mesh):
  added = policy_text("versions.yaml") + (
      "  - name: fresh\n    labels:\n      version: v2\n")
  with Load(target, per_second=1000) as running:
    mesh.wait_until(lambda: len(running.answers) >= 100, "traffic")
    # One file, one batch: the routes want a cluster that no proxy has yet.
    mesh.policy.write("split.yaml", policy_text("split.yaml", [
        ("subset: v1", "subset: fresh"), ("subset: v2", "subset: fresh")]) + "---\n" + added.replace(
            "name: echo", "name: echo-fresh", 1))
    mesh.wait_until(lambda: only("v2")(running), "all requests go to the new subset")
    mesh.policy.write("split.yaml", split_text(90, 10))
    mesh.wait_until(lambda: any(a.body["version"] == "v1" for a in running.answers[-20:]),
                    "requests go to the old subsets again")
  assert_no_failure(running.answers)


def test_a_renamed_subset_loses_no_request(target, mesh):
  def naming(first):
    return (policy_text("versions.yaml", [("name: v1", f"name: {first}")]),
            policy_text("split.yaml", [("subset: v1", f"subset: {first}")]))

  with Load(target, per_second=1000) as running:
    mesh.wait_until(lambda: len(running.answers) >= 100, "traffic")
    for name in ("first", "one", "v1"):
      rule, routes = naming(name)
      mesh.policy.write("versions.yaml", rule)
      mesh.policy.write("split.yaml", routes)
      mesh.wait_until(lambda: uses(mesh, f"outbound|80|{name}|"), f"the proxies use {name}")
      collect(running, 200)
  assert_no_failure(running.answers)


def uses(mesh, cluster):
  """Whether the routes of both clients of the service name the cluster."""
  return all(cluster in mesh.workloads[name].envoy.admin(
      "/config_dump?resource=dynamic_route_configs") for name in ("client", "ingress"))


def test_a_pod_that_comes_and_goes_loses_no_request(target, mesh):
  mesh.policy.write("split.yaml", split_text(100, 0))
  third = mesh.workloads.get("echo-v1b") or mesh.add_workload("echo-v1b", "echo", "v1")

  def tell(ready):
    mesh.policy.write("pod-echo-v1b.yaml", [kubernetes.pod(
        "echo-v1b", third.pod.address, third.labels, ready=ready)])

  with Load(target, per_second=1000) as running:
    tell(ready=True)
    mesh.wait_until(lambda: any(a.ok and a.body["pod"] == "echo-v1b"
                                for a in running.answers[-50:]), "the pod gets requests")
    # As in a cluster: it is out of service before it is gone.
    tell(ready=False)
    mesh.wait_until(lambda: not any(healthy(mesh, name, third.pod.address)
                                    for name in ("client", "ingress")), "no proxy uses the pod")
    left = collect(running, 300)
    mesh.policy.remove("pod-echo-v1b.yaml")
    collect(running, 200)
  assert {a.body["pod"] for a in left if a.ok} == {"echo-v1"}
  assert_no_failure(running.answers)


def healthy(mesh, name, address):
  """Whether a proxy sends to the address."""
  return any(address in line and line.endswith("::health_flags::healthy")
             for line in mesh.workloads[name].envoy.admin("/clusters").splitlines())


def test_every_proxy_acknowledges_everything_it_is_sent(mesh):
  def states():
    return {(proxy, name): state["status"]
            for proxy, entry in mesh.control_plane.proxies().items()
            for name, state in entry["types"].items()}

  wanted = {f"{name}.{'istio-system' if name == 'ingress' else 'default'}"
            for name in mesh.workloads}
  mesh.wait_until(lambda: {proxy for proxy, _ in states()} == wanted, "every proxy is known")
  mesh.wait_until(lambda: set(states().values()) <= {"SYNCED", "NOT SENT"},
                  "all types are synced")
  assert all(states()[proxy, kind] == "SYNCED" for proxy in wanted for kind in ("CDS", "LDS"))

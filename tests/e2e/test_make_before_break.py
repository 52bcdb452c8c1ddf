"""Changes that take away what requests use, under constant load through a
gateway and through a sidecar: no request fails, however the files arrive."""

import pytest

from lab.load import Load
from mesh import kubernetes
from mesh.mesh import Mesh
from mesh.policy_text import policy_text
from mesh.request import send
from mesh.split import assert_no_failure

_CLIENTS = ("client", "ingress")
_FRONT = "front.default.svc.cluster.local"
_NO_SIGN = lambda: True  # nothing in a proxy's configuration shows this step


@pytest.fixture(scope="module", params=["delta", "state-of-the-world"])
def mesh(request):
  with Mesh(delta=request.param == "delta") as made:
    made.control_plane.wait_ready()
    made.policy.write("gateway.yaml", policy_text("gateway.yaml"))
    # What clients ask for; routes decide who answers.
    made.add_service("front", selector={"app": "nobody"})
    for color in ("blue", "green"):
      made.add_service(color)
      for version in ("v1", "v2"):
        made.add_workload(f"{color}-{version}", color, version, sidecar=False)
    made.policy.remove("service-green.yaml")
    made.policy.write("blue-rule.yaml", [rule("blue", "v1", "v2")])
    made.policy.write("blue-routes.yaml", [routes("blue", "v1", "v2")])
    made.add_client()
    made.add_gateway()
    yield made
    assert not made.rejections()


@pytest.fixture(params=["one file at a time", "all at once", "all at once, last first"])
def arrival(request):
  return request.param


def rule(service, *subsets, **versions):
  """A DestinationRule; `versions`: {subset: version}, where their names differ."""
  return {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
          "metadata": {"name": service},
          "spec": {"host": service, "subsets": [
              {"name": name, "labels": {"version": version}}
              for name, version in ({name: name for name in subsets} | versions).items()]}}


def routes(service, *subsets, name="front", gateway="ingress"):
  """A VirtualService that shares the requests out to subsets of a service."""
  return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
          "metadata": {"name": name},
          "spec": {"hosts": [_FRONT], "gateways": ["mesh", f"istio-system/{gateway}"],
                   "http": [{"route": [
                       {"destination": {"host": service, "subset": subset},
                        "weight": 100 // len(subsets)} for subset in subsets]}]}}


def gateway(name, *hosts):
  return {"apiVersion": "networking.istio.io/v1", "kind": "Gateway",
          "metadata": {"name": name, "namespace": "istio-system"},
          "spec": {"selector": {"istio": "ingressgateway"}, "servers": [
              {"port": {"number": 80, "name": "http", "protocol": "HTTP"},
               "hosts": list(hosts)}]}}


def cluster(subset, service="blue"):
  return f"outbound|80|{subset}|{service}.default.svc.cluster.local"


class Underway:
  """Load both ways, each answer of which is to be a good one."""

  def __init__(self, mesh):
    self.mesh = mesh
    self._loads = [Load(way, clients=2, per_second=500)
                   for way in (mesh.from_outside(_FRONT), mesh.from_client("front"))]

  def __enter__(self):
    for load in self._loads:
      self.mesh.wait_until(lambda way=load.target: send(way).status == 200, "a first answer")
    for load in self._loads:
      load.__enter__()
    self.answered(50)
    return self

  def __exit__(self, failure, *_):
    try:
      if not failure:
        self.answered(200)
    finally:
      for load in self._loads:
        load.__exit__()
    for load in self._loads:
      assert_no_failure(load.answers)

  def answered(self, count):
    """Waits for that many more answers each way. A client asks one thing after
    the other: with 20 more, what was under way has come to its end."""
    before = [len(load.answers) for load in self._loads]
    self.mesh.wait_until(lambda: all(len(load.answers) >= had + count
                                     for load, had in zip(self._loads, before)),
                         f"{count} more answers")

  def change(self, arrival, *steps):
    """Each step: a file, what it says then (None: it goes), and the sign that
    the proxies follow. At once, a file only says what it says in the end."""
    if arrival == "one file at a time":
      for file, content, sign in steps:
        self.mesh.policy.change_together([(file, content)])
        self.mesh.wait_until(sign, f"the proxies follow {file}")
        self.answered(20)
      return
    files = list({file: content for file, content, _ in steps}.items())
    self.mesh.policy.change_together(files if arrival == "all at once" else files[::-1])
    for file, _, sign in steps[-1:]:
      self.mesh.wait_until(sign, f"the proxies follow {file}")
    self.answered(200)


class Signs:
  """What the configuration of all clients says."""

  def __init__(self, mesh):
    self._mesh = mesh

  def known(self, name):
    return lambda: all(f'"{name}"' in dump for dump in self._dumps())

  def unknown(self, name):
    return lambda: not any(f'"{name}"' in dump for dump in self._dumps())

  def used(self, name):
    return lambda: all(f'"{name}"' in dump for dump in self._dumps("dynamic_route_configs"))

  def unused(self, name):
    return lambda: not any(f'"{name}"' in dump for dump in self._dumps("dynamic_route_configs"))

  def _dumps(self, resource=None):
    path = "/config_dump?include_eds" + (f"&resource={resource}" if resource else "")
    return [self._mesh.workloads[name].envoy.admin(path) for name in _CLIENTS]


def test_a_subset_that_comes_into_use_and_goes_loses_no_request(mesh, arrival):
  signs = Signs(mesh)
  with Underway(mesh) as load:
    load.change(
        arrival,
        ("blue-rule.yaml", [rule("blue", "v1", "v2", fresh="v2")], signs.known(cluster("fresh"))),
        ("blue-routes.yaml", [routes("blue", "fresh")], signs.unused(cluster("v1"))))
    load.change(
        arrival,
        ("blue-routes.yaml", [routes("blue", "v1", "v2")], signs.used(cluster("v1"))),
        ("blue-rule.yaml", [rule("blue", "v1", "v2")], signs.unknown(cluster("fresh"))))


def test_renamed_subsets_lose_no_request(mesh, arrival):
  signs = Signs(mesh)
  with Underway(mesh) as load:
    for old, new in ((("v1", "v2"), ("one", "two")), (("one", "two"), ("v1", "v2"))):
      before, after = dict(zip(old, ("v1", "v2"))), dict(zip(new, ("v1", "v2")))
      load.change(
          arrival,
          ("blue-rule.yaml", [rule("blue", **before, **after)], signs.known(cluster(new[1]))),
          ("blue-routes.yaml", [routes("blue", *new)], signs.unused(cluster(old[0]))),
          ("blue-rule.yaml", [rule("blue", **after)], signs.unknown(cluster(old[1]))))


def test_a_service_replaced_by_another_loses_no_request(mesh, arrival):
  signs = Signs(mesh)

  def service(name):
    return [kubernetes.service(name, mesh.services[name], {"http": (80, 8080)}, {"app": name})]

  with Underway(mesh) as load:
    for old, new in (("blue", "green"), ("green", "blue")):
      load.change(
          arrival,
          (f"service-{new}.yaml", service(new), signs.known(cluster("", new))),
          (f"{new}-rule.yaml", [rule(new, "v1", "v2")], signs.known(cluster("v1", new))),
          ("blue-routes.yaml", [routes(new, "v1", "v2")], signs.used(cluster("v1", new))),
          (f"{old}-rule.yaml", None, signs.unknown(cluster("v1", old))),
          (f"service-{old}.yaml", None, signs.unknown(cluster("", old))))


def test_a_host_that_moves_to_another_gateway_and_other_routes_loses_no_request(mesh, arrival):
  signs = Signs(mesh)
  mesh.policy.write("gateway.yaml", [gateway("ingress", _FRONT, "*.example.com")])
  with Underway(mesh) as load:
    load.change(
        arrival,
        ("second.yaml", [gateway("second", _FRONT)], _NO_SIGN),
        ("moved.yaml", [routes("blue", "v2", name="moved", gateway="second")],
         signs.used(cluster("v2"))),
        ("blue-routes.yaml", None, signs.unused(cluster("v1"))),
        ("gateway.yaml", [gateway("ingress", "*.example.com")], signs.unused(cluster("v1"))))
    load.change(
        arrival,
        ("gateway.yaml", policy_text("gateway.yaml"), _NO_SIGN),
        ("blue-routes.yaml", [routes("blue", "v1", "v2")], _NO_SIGN),
        ("moved.yaml", None, signs.used(cluster("v1"))),
        ("second.yaml", None, signs.used(cluster("v1"))))


def test_all_endpoints_replaced_by_others_lose_no_request(mesh, arrival):
  olds = [workload for workload in mesh.workloads.values()
          if workload.labels.get("app") == "blue"]
  news = [mesh.add_workload(f"blue-{version}-{len(mesh.workloads)}", "spare", version,
                            sidecar=False) for version in ("v1", "v2")]

  def labelled(workload, app):
    """The pod's file, with which it comes into service or leaves it."""
    pod = workload.pod
    workload.labels["app"] = app
    return (f"pod-{pod.name}.yaml", [kubernetes.pod(pod.name, pod.address, dict(workload.labels))])

  signs = Signs(mesh)
  with Underway(mesh) as load:
    load.change(
        arrival,
        *[(*labelled(new, "blue"), signs.known(new.pod.address)) for new in news],
        *[(*labelled(old, "spare"), signs.unknown(old.pod.address)) for old in olds])
    for old in olds:
      mesh.wait_until(signs.unknown(old.pod.address), "the proxies have let go of the old ones")
    load.answered(20)
    for old in olds:
      old.pod.stop()
      mesh.policy.remove(f"pod-{old.pod.name}.yaml")

"""gRPC's own xDS clients: no proxy, the library itself follows the mesh."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from mesh.policy_text import policy_text

_HERE = pathlib.Path(__file__).resolve().parent
_MODULES = _HERE.parents[1] / "build" / "node" / "node_modules"
_SPLIT = [("echo", "greeter"), ("gateways:\n  - mesh\n  - istio-system/ingress\n  ", "")]


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  mesh.policy.write("versions.yaml", policy_text("versions.yaml", _SPLIT[:1]))
  mesh.policy.write("split.yaml", policy_text("split.yaml", _SPLIT))
  mesh.add_service("greeter", {"grpc": (7070, 17070)})
  for version in ("v1", "v2"):
    mesh.add_workload(f"greeter-{version}", "greeter", version, sidecar=False, program=[
        sys.executable, mesh.program("grpc_server.py"), "17070", version], port=17070)


@pytest.fixture(scope="module")
def bootstrap(mesh):
  path = mesh.network.folder / "grpc-bootstrap.json"
  path.write_text(json.dumps({
      "xds_servers": [{"server_uri": mesh.control_plane.xds_address,
                       "channel_creds": [{"type": "insecure"}],
                       "server_features": ["xds_v3"]}],
      "node": {"id": "sidecar~10.0.0.9~grpc.default~default.svc.cluster.local",
               "locality": {},  # gRPC for Node insists
               "metadata": {"NAMESPACE": "default", "GENERATOR": "grpc"}},
  }), encoding="utf-8")
  return path


@pytest.fixture(params=["python", "node"])
def client(request, mesh, bootstrap):
  """Asks a target COUNT times; returns how often each version answered."""
  if request.param == "python":
    command = [sys.executable, mesh.program("grpc_client.py")]
  else:
    assert _MODULES.is_dir(), "run tools/make-node-modules first"
    command = ["node", _HERE / "node" / "client.js"]

  def ask(target, count):
    done = subprocess.run([*command, target, str(count)], text=True, capture_output=True,
                          timeout=60, env={**os.environ, "GRPC_XDS_BOOTSTRAP": str(bootstrap),
                                           "NODE_PATH": str(_MODULES)})
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)

  return ask


@pytest.mark.parametrize("host", ["greeter.default.svc.cluster.local", "greeter.default",
                                  "greeter"])
def test_a_grpc_client_splits_calls_90_to_10(client, host):
  counts = client(f"xds:///{host}:7070", 1000)
  assert sum(counts.values()) == 1000
  assert abs(counts.get("v1", 0) - 900) < 38  # 4 standard deviations


def test_a_grpc_client_balances_without_a_virtual_service(client, mesh):
  mesh.policy.remove("split.yaml")
  try:
    mesh.wait_until(lambda: set(client("xds:///greeter.default.svc.cluster.local:7070", 100)) ==
                    {"v1", "v2"} , "both versions are used", seconds=30)
    counts = client("xds:///greeter.default.svc.cluster.local:7070", 400)
  finally:
    mesh.policy.write("split.yaml", policy_text("split.yaml", _SPLIT))
  assert abs(counts["v1"] - 200) < 60

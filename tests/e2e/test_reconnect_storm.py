"""Every proxy loses the server and comes back within a second, naming what it
holds: nothing is sent again. Versions are hashes of content: the same on every
replica and after a restart."""

import concurrent.futures
import contextlib
import re

import pytest

from lab.control_plane import ControlPlane
from mesh import kubernetes, xds_client
from mesh.xds_client import CDS, EDS, LDS, RDS

PROXIES = 200
SERVICES = 50


@pytest.fixture(scope="module", autouse=True)
def services(mesh):
  for number in range(SERVICES):
    name = f"s{number}"
    mesh.policy.write(f"{name}.yaml", [
        kubernetes.service(name, f"10.252.0.{number + 1}", {"http": (80, 8080)}, {"app": name}),
        kubernetes.pod(f"{name}-1", f"10.252.1.{number + 1}", {"app": name}),
        {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
         "metadata": {"name": name},
         "spec": {"hosts": [name], "http": [{"timeout": "3s", "route": [
             {"destination": {"host": name}}]}]}}])
  mesh.wait_until(lambda: len(mesh.control_plane.json("/debug/objects")) >= 3 * SERVICES,
                  "all objects are in effect")


def taken(address, proxy):
  """All that a proxy gets: {type: {name: version}}."""
  names = {CDS: (), EDS: [], LDS: (), RDS: ["80"]}
  held = {}
  with xds_client.DeltaStream(address, proxy) as stream:
    for type_url in (CDS, EDS, LDS, RDS):
      stream.subscribe(type_url, names[type_url])
      response = stream.receive(30)
      stream.ack(response)
      held[type_url] = {resource.name: resource.version for resource in response.resources}
      if type_url == CDS:
        names[EDS] = [name for name in held[CDS] if name.startswith("outbound|")]
  return held


def proxy(number):
  return xds_client.node(f"proxy-{number}", address=f"10.253.{number // 250}.{number % 250 + 1}")


def come_back(address, number, held):
  stream = xds_client.DeltaStream(address, proxy(number))
  for type_url in (CDS, EDS, LDS, RDS):
    asked = () if type_url in (CDS, LDS) else sorted(held[type_url])
    stream.subscribe(type_url, asked, held=held[type_url])
  return stream


def sent(server):
  """Counters of what a server has sent since its start."""
  return {line.split()[0]: float(line.split()[1]) for line in server.text("/metrics").splitlines()
          if re.match(r"binnacle_xds_(pushes|resources|sent_bytes)_total\{", line)}


def test_proxies_that_come_back_after_a_crash_are_sent_nothing(mesh):
  server = mesh.control_plane
  with concurrent.futures.ThreadPoolExecutor(16) as pool, contextlib.ExitStack() as streams:
    held = list(pool.map(lambda number: taken(server.xds_address, proxy(number)), range(PROXIES)))
    assert all(len(of_one[CDS]) > SERVICES for of_one in held)
    server.kill()
    server.restart()
    for stream in pool.map(lambda number: come_back(server.xds_address, number, held[number]),
                           range(PROXIES)):
      streams.enter_context(stream)

    def all_synced():
      states = [entry["types"][name]["status"] for entry in server.proxies().values()
                for name in ("CDS", "EDS", "LDS", "RDS")]
      return len(states) == 4 * PROXIES and set(states) == {"SYNCED"}

    mesh.wait_until(all_synced, "the server believes all of them", 60)
    counters = sent(server)
    assert len(counters) >= 15
    assert set(counters.values()) == {0}


def test_versions_are_the_same_on_every_replica_and_after_a_restart(mesh):
  before = taken(mesh.control_plane.xds_address, proxy(1))
  replica = ControlPlane(mesh.policy.path, mesh.network.folder, host=mesh.network.gateway)
  try:
    replica.wait_ready()
    assert taken(replica.xds_address, proxy(1)) == before
  finally:
    replica.stop()
  mesh.control_plane.kill()
  mesh.control_plane.restart()
  assert taken(mesh.control_plane.xds_address, proxy(1)) == before
  assert all(version for of_type in before.values() for version in of_type.values())

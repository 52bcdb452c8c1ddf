"""What a DestinationRule makes a sidecar do with real requests. The rules are
those of policy/destination_rules.yaml, one for each service."""

import collections
import concurrent.futures
import sys

import pytest

from lab import certificate
from mesh.policy_text import policy_text
from mesh.request import send


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  folder = mesh.network.folder / "certificates"
  servers = certificate.authority(folder, "servers")
  clients = certificate.authority(folder, "clients")
  server = certificate.signed_by(servers, folder, "server", ["tls.example.com"])
  certificate.signed_by(clients, folder, "client", ["client"])
  mesh.policy.write("rules.yaml", policy_text("destination_rules.yaml", [
      ("CERTIFICATES", str(folder))]))

  def echo(*options):
    return [sys.executable, mesh.program("echo_server.py"), "--version", "v1", *options]

  for service in ("hashed", "turns", "narrow"):
    mesh.add_service(service, selector={"app": "echo"})
  for service in ("simple", "stranger"):
    mesh.add_service(service, selector={"app": "tls"})
  mesh.add_service("mutual")
  mesh.add_service("ejecting")
  for number in ("1", "2", "3"):
    mesh.add_workload(f"echo-{number}", "echo", sidecar=False)
  mesh.add_workload("tls-1", "tls", sidecar=False, program=echo(
      "--tls", server.certificate, server.key))
  mesh.add_workload("mutual-1", "mutual", sidecar=False, program=echo(
      "--tls", server.certificate, server.key, "--client-ca", clients.certificate))
  mesh.add_workload("good", "ejecting", sidecar=False)
  mesh.add_workload("bad", "ejecting", sidecar=False, program=echo("--status", "500"))
  mesh.add_client()
  mesh.wait_until(lambda: send(mesh.from_client("turns")).status == 200, "a first answer")


def pods(mesh, service, count, **headers):
  """Which pods answer so many requests, in order."""
  return [send(mesh.from_client(service), headers=headers).json["pod"] for _ in range(count)]


def test_requests_with_the_same_hash_go_to_the_same_pod(mesh):
  users = {user: set(pods(mesh, "hashed", 10, **{"x-user": user})) for user in "abcdefghijkl"}
  assert all(len(answered) == 1 for answered in users.values())
  assert len(set.union(*users.values())) > 1


def test_round_robin_takes_turns(mesh):
  counts = collections.Counter(pods(mesh, "turns", 30))
  assert sorted(counts.values()) == [10, 10, 10]


def test_a_failing_pod_is_ejected(mesh):
  way = mesh.from_client("ejecting")
  mesh.wait_until(lambda: {send(way).status for _ in range(20)} == {200}, "the bad pod is out")


def test_a_full_connection_pool_refuses_what_is_too_much(mesh):
  way = mesh.from_client("narrow", path="/?delay=0.3")
  with concurrent.futures.ThreadPoolExecutor(8) as clients:
    answers = list(clients.map(lambda _: send(way), range(8)))
  statuses = collections.Counter(answer.status for answer in answers)
  assert statuses[200] >= 1 and statuses[503] >= 1
  refused = next(answer for answer in answers if answer.status == 503)
  assert refused.headers["x-envoy-overloaded"] == "true"


def test_tls_is_originated_and_the_servers_name_checked(mesh):
  assert send(mesh.from_client("simple")).status == 200
  assert send(mesh.from_client("stranger")).status == 503


def test_mutual_tls_shows_the_client_certificate(mesh):
  assert send(mesh.from_client("mutual")).status == 200

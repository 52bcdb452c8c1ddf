"""Ways to a service through a sidecar, whoever declared it and whatever is
known of its protocol."""

import dataclasses
import json
import socket
import sys

import pytest

from lab.load import Target
from lab.namespace import entered
from mesh.policy_text import policy_text
from mesh.request import send


@pytest.fixture(scope="module", autouse=True)
def workloads(mesh):
  bare = mesh.add_workload("bare-1", "bare", sidecar=False)
  mesh.policy.write("entries.yaml", policy_text("service_entries.yaml", [
      ("BARE", bare.pod.address)]))
  mesh.add_service("sniffed", {"web": (8000, 8080)}, selector={"app": "echo"})
  mesh.add_service("greeter", {"grpc": (7070, 17070)})
  mesh.add_workload("echo-1", "echo")
  mesh.add_workload("greeter-1", "greeter", program=[
      sys.executable, mesh.program("grpc_server.py"), "17070", "v1"], port=17070)
  mesh.add_client()


def from_client(mesh, address, port, host):
  return Target(address, port, host, namespace=mesh.workloads["client"].pod.namespace)


@pytest.mark.parametrize("host, address", [("static.example.com", "240.0.0.1"),
                                           ("selected.example.com", "240.0.0.2")])
def test_a_service_entry_is_reached_by_its_address_and_name(mesh, host, address):
  way = from_client(mesh, address, 80, host)
  mesh.wait_until(lambda: send(way).status == 200, "it answers")
  assert send(way).json["pod"] == "bare-1"


def test_a_service_entry_for_tcp_is_reached_by_its_address(mesh):
  def talk():
    with entered(mesh.workloads["client"].pod.namespace):
      connection = socket.create_connection(("240.0.0.3", 9000), 5)
    with connection, connection.makefile("r") as lines:
      return lines.readline()

  mesh.wait_until(lambda: talk() == "v1\n", "it answers")


def test_the_protocol_of_an_unnamed_port_is_found_out(mesh):
  way = mesh.from_client("sniffed", 8000)
  mesh.wait_until(lambda: send(way).status == 200, "it answers")
  # As HTTP: the proxy has added its headers.
  assert "x-request-id" in send(way).json["headers"]


def test_grpc_goes_through_both_sidecars(mesh):
  client = mesh.workloads["client"].pod
  done = client.run([sys.executable, mesh.program("grpc_client.py"),
                     f"ipv4:{mesh.services['greeter']}:7070", "20",
                     "greeter.default.svc.cluster.local"])
  assert json.loads(done) == {"v1": 20}


def test_what_no_service_is_known_for_is_let_through(mesh):
  address = mesh.workloads["bare-1"].pod.address
  for port, host in ((8080, address), (8080, "unknown.example.com")):
    assert send(from_client(mesh, address, port, host)).json["pod"] == "bare-1"


def test_an_unknown_host_on_a_known_http_port_is_let_through(mesh):
  # Something listens there that no policy speaks of.
  pod = mesh.workloads["bare-1"].pod
  pod.start("other", [sys.executable, mesh.program("echo_server.py"), "--version", "other",
                      "--http", "80"])
  mesh.wait_until(lambda: pod.listens_on(80), "it listens")
  way = from_client(mesh, pod.address, 80, "unknown.example.com")
  assert send(way).json["version"] == "other"
  assert send(dataclasses.replace(way, host=pod.address)).json["version"] == "other"

"""What proxies refuse is shown."""

import json
import subprocess

import pytest

from lab.control_plane import BINNACLECTL
from mesh import xds_client
from mesh.policy_text import policy_text, split_text


@pytest.fixture(scope="module", autouse=True)
def services(mesh):
  mesh.policy.write("versions.yaml", policy_text("versions.yaml"))
  mesh.add_service("echo")
  with xds_client.DeltaStream(mesh.control_plane.xds_address, xds_client.node()) as stream:
    stream.subscribe(xds_client.CDS)
    response = stream.receive()
    while "outbound|80|v1|echo" not in str(response):
      stream.ack(response)
      response = stream.receive()


def state(mesh, proxy, kind):
  return mesh.control_plane.proxies().get(proxy, {"types": {}})["types"].get(kind, {})


@pytest.mark.parametrize("variant", ["delta", "state-of-the-world"])
def test_a_refused_configuration_is_shown_with_the_proxys_reason(mesh, variant):
  proxy = xds_client.node(f"refuser-{variant}")
  name = f"refuser-{variant}.default"
  kind = xds_client.DeltaStream if variant == "delta" else xds_client.SotwStream
  with kind(mesh.control_plane.xds_address, proxy) as stream:
    stream.subscribe(xds_client.CDS)
    stream.nack(stream.receive(), "I know no such load balancer")
    mesh.wait_until(lambda: state(mesh, name, "CDS").get("status") == "NACKED", "it is shown")
    assert "I know no such load balancer" in state(mesh, name, "CDS")["nackReason"]

    done = subprocess.run([BINNACLECTL, "proxy-status", name, "-o", "json", "--admin",
                           mesh.control_plane.admin_address], text=True, capture_output=True)
    [entry] = json.loads(done.stdout)
    assert entry["types"]["CDS"]["status"] == "NACKED"
  mesh.wait_until(lambda: not state(mesh, name, "CDS"), "a gone proxy is forgotten")


def test_an_acknowledged_configuration_is_synced_and_an_unanswered_one_stale(mesh):
  proxy = xds_client.node("slow")
  with xds_client.DeltaStream(mesh.control_plane.xds_address, proxy) as stream:
    stream.subscribe(xds_client.CDS)
    first = stream.receive()
    mesh.wait_until(lambda: state(mesh, "slow.default", "CDS").get("status") == "STALE",
                    "it waits for the acknowledgement")
    stream.ack(first)
    mesh.wait_until(lambda: state(mesh, "slow.default", "CDS").get("status") == "SYNCED",
                    "the acknowledgement is counted")
    assert state(mesh, "slow.default", "RDS").get("status", "NOT SENT") == "NOT SENT"


ECHO = "outbound|80||echo.default.svc.cluster.local"


def refusal(name):
  """In Envoy's words."""
  return f"Error adding/updating cluster(s) {name}: I do not like it"


def test_what_was_refused_is_not_sent_again_until_it_changes(mesh):
  with xds_client.DeltaStream(mesh.control_plane.xds_address,
                              xds_client.node("picky")) as stream:
    stream.subscribe(xds_client.CDS)
    response = stream.receive()
    [refused] = [r.version for r in response.resources if r.name == ECHO]
    stream.nack(response, refusal(ECHO))
    mesh.wait_until(lambda: state(mesh, "picky.default", "CDS").get("status") == "NACKED",
                    "it is counted")
    mesh.add_service("another")
    again = stream.receive()
    assert "outbound|80||another.default.svc.cluster.local" in {r.name for r in again.resources}
    assert (ECHO, refused) not in {(r.name, r.version) for r in again.resources}
    stream.ack(again)
    assert state(mesh, "picky.default", "CDS")["nackReason"] == refusal(ECHO)

    mesh.policy.write("rule.yaml", [{
        "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
        "metadata": {"name": "all"},
        "spec": {"host": "echo", "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}}}])
    while ECHO not in {r.name for r in again.resources}:
      again = stream.receive()
      stream.ack(again)
    mesh.wait_until(lambda: state(mesh, "picky.default", "CDS").get("status") == "SYNCED",
                    "another version is not refused")


def test_parts_are_sent_until_the_one_to_blame_is_found(mesh):
  """By a client that refuses one virtual host, and never says which."""
  mesh.add_service("blamed")
  sent, held = 0, ""
  with xds_client.DeltaStream(mesh.control_plane.xds_address,
                              xds_client.node("silent")) as stream:
    stream.subscribe(xds_client.RDS, ["80"])

    def found():
      return [entry.get("virtualHost") for entry in mesh.control_plane.json("/debug/refusals")
              if entry["type"] == "RDS"]

    def answered_and_found():
      nonlocal sent, held
      try:
        response = stream.receive(seconds=0.2)
      except TimeoutError:  # the last refusal may still be on its way
        return found() and "echo" in held
      sent += 1
      if "blamed" in str(response):
        stream.nack(response, "no")
      else:
        stream.ack(response)
        held = str(response)
      return False

    mesh.wait_until(answered_and_found, "one is found, and the proxy has the rest")
    assert found() == ["blamed.default.svc.cluster.local:80"]
  assert sent < 12

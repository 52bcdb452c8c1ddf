"""Certificates and roots that change under traffic, and a control plane that is
away: no request is lost."""

import json
import signal
import time

import pytest

from lab.load import Load
from lab.wait import until
from mesh.mesh import Mesh
from mesh.policy_text import policy_text
from mesh.request import send

STRICT = policy_text("strict.yaml")
# Handshakes must go on, and not only streams on connections of before.
FRESH_CONNECTIONS = """apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: echo}
spec:
  host: echo
  trafficPolicy: {connectionPool: {http: {maxRequestsPerConnection: 3}}}
"""
LIFETIME = 12  # seconds, of certificates


@pytest.fixture
def mesh():
  with Mesh(identity=True, flags=["--cert-lifetime", f"{LIFETIME}s"]) as made:
    made.control_plane.wait_ready()
    made.policy.write("strict.yaml", STRICT)
    made.policy.write("connections.yaml", FRESH_CONNECTIONS)
    made.add_service("echo")
    made.add_workload("echo-v1", "echo")
    made.add_workload("client", "client", program=["sleep", "infinity"], port=None)
    made.wait_until(lambda: send(made.from_client("echo")).status == 200, "a first answer")
    yield made
    assert not made.rejections()


def agents(mesh):
  return [mesh.workloads[name].envoy for name in ("echo-v1", "client")]


def serials(agent):
  """Of the certificates that its Envoy has now."""
  loaded = json.loads(agent.admin("/certs"))["certificates"]
  return {chain["serial_number"] for entry in loaded for chain in entry["cert_chain"]}


def assert_no_failure(running):
  assert len(running.answers) > 100
  assert not running.failures(), running.failures()[:3]


def state(mesh):
  return json.loads(mesh.control_plane.ctl("ca", "status", "-o", "json"))


def wait_for_phase(mesh, phase, seconds):
  until(lambda: state(mesh)["phase"] == phase, seconds, f"the root rotation is {phase}",
        interval=0.2)


def test_certificates_expire_and_are_renewed_under_load(mesh):
  seen = [serials(agent) for agent in agents(mesh)]
  server = mesh.workloads["echo-v1"].envoy
  handshakes = server.stat("listener.0.0.0.0_15006.ssl.handshake")
  with Load(mesh.from_client("echo"), clients=2, per_second=60) as running:
    for _ in range(3):
      def changed():
        return all(serials(agent) - old for agent, old in zip(agents(mesh), seen))
      until(changed, 2 * LIFETIME, "every certificate is renewed")
      seen = [serials(agent) for agent in agents(mesh)]
  assert_no_failure(running)
  assert server.stat("listener.0.0.0.0_15006.ssl.handshake") - handshakes > len(running.answers) / 4
  issued = json.loads(mesh.control_plane.ctl("ca", "issued", "/sa/client", "-o", "json"))
  assert len(issued) >= 4
  assert issued[0]["caller"].startswith("certificate ")
  # Well before expiry: at half of its life, more or less.
  assert all(agent.metric("binnacle_agent_certificate_expiry_timestamp_seconds") >
             time.time() + LIFETIME / 5 for agent in agents(mesh))


def test_a_root_rotation_under_load_loses_no_request(mesh):
  before = {c["fingerprint"] for c in state(mesh)["certificates"] if c["role"] == "root"}
  with Load(mesh.from_client("echo"), clients=2, per_second=60) as running:
    mesh.control_plane.ctl("ca", "rotate", "--wait")
    assert state(mesh)["phase"] == "retiring"
    early = mesh.control_plane.try_ctl("ca", "rotate", "--drop-old")
    assert early.returncode == 1
    assert "client.default" in early.stdout and "echo-v1.default" in early.stdout
    assert mesh.control_plane.trust_bundle().count("BEGIN CERTIFICATE") == 2
    wait_for_phase(mesh, "steady", 4 * LIFETIME)
    assert mesh.control_plane.trust_bundle().count("BEGIN CERTIFICATE") == 1
    # And until every agent trusts the new root alone.
    old = len(running.answers)
    until(lambda: len(running.answers) > old + 100, 20, "traffic goes on")
  assert_no_failure(running)
  after = {c["fingerprint"] for c in state(mesh)["certificates"] if c["role"] == "root"}
  assert len(after) == 1 and not after & before


def test_a_root_rotation_waits_for_an_agent_that_does_not_answer(mesh):
  client = mesh.workloads["client"].envoy
  client.process.send(signal.SIGSTOP)
  try:
    mesh.control_plane.ctl("ca", "rotate")
    until(lambda: [holder["name"] for holder in state(mesh)["waitingFor"]
                   if "client" in holder["name"]] and len(state(mesh)["waitingFor"]) == 1,
          10, "only the stopped agent is waited for")
    assert state(mesh)["phase"] == "introducing"
  finally:
    client.process.send(signal.SIGCONT)
  wait_for_phase(mesh, "retiring", 20)
  wait_for_phase(mesh, "steady", 4 * LIFETIME)


def test_a_root_rotation_goes_on_over_a_kill(mesh):
  with Load(mesh.from_client("echo"), clients=2, per_second=60) as running:
    mesh.control_plane.ctl("ca", "rotate")
    mesh.control_plane.kill()
    mesh.control_plane.restart()
    wait_for_phase(mesh, "steady", 6 * LIFETIME)
  assert_no_failure(running)


def test_a_control_plane_away_for_longer_than_half_a_lifetime_is_survived(mesh):
  with Load(mesh.from_client("echo"), clients=2, per_second=60) as running:
    # Right after a renewal, so that half of a life is left at the least.
    seen = [serials(agent) for agent in agents(mesh)]
    until(lambda: all(serials(a) - s for a, s in zip(agents(mesh), seen)), 2 * LIFETIME,
          "every certificate is renewed")
    seen = [serials(agent) for agent in agents(mesh)]
    mesh.control_plane.kill()
    away = time.monotonic()
    until(lambda: all("the control plane is away" in agent.health()[1]
                      for agent in agents(mesh)), LIFETIME / 4, "the agents say that it is away")
    assert all(agent.health()[0] == 200 for agent in agents(mesh))
    assert [serials(agent) for agent in agents(mesh)] == seen
    # Renewals are due at half of a life, give or take a tenth.
    until(lambda: time.monotonic() - away > LIFETIME * 0.55, LIFETIME, "half a life is over")
    until(lambda: all("cannot be renewed" in agent.health()[1] for agent in agents(mesh)),
          LIFETIME / 4, "the agents say that they could not renew")
    mesh.control_plane.restart()
    until(lambda: all(serials(a) - s for a, s in zip(agents(mesh), seen)), LIFETIME,
          "every certificate is renewed")
  assert_no_failure(running)

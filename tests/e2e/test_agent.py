"""The agent beside a real Envoy: certificates and configuration from a real
control plane."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error

import pytest

from lab.agent import Agent
from lab.control_plane import BINNACLE_AGENT, ControlPlane
from lab.envoy import binary
from lab.machine import Machine
from lab.envoy_admin import fetch
from lab.network import Network
from lab.pod import PROXY_UID
from lab.wait import until

_WORK = pathlib.Path(__file__).resolve().parents[2] / "build" / "e2e"


@pytest.fixture
def network():
  with Network(_WORK) as made:
    yield made


class Setting:
  """A control plane with an authority and what an agent needs to begin."""

  def __init__(self, network, flags=()):
    self.network = network
    policy = network.folder / "policy"
    policy.mkdir()
    self.control_plane = ControlPlane(policy, network.logs, host=network.gateway, secure=True,
                                      flags=flags)
    self.control_plane.wait_ready()
    self.roots = network.folder / "root-cert.pem"
    self.roots.write_text(self.control_plane.trust_bundle(), encoding="utf-8")
    self.token = network.folder / "token"
    self.renew_token()

  def renew_token(self, namespace="shop", account="web"):
    self.token.write_text(self.control_plane.token(namespace, account), encoding="utf-8")

  def agent(self, pod, **options):
    return Agent(pod, {"app": "web"}, self.control_plane, self.token, self.roots,
                 **{"namespace": "shop", "service_account": "web", **options})


@pytest.fixture
def setting(network):
  made = Setting(network)
  yield made
  made.control_plane.stop()


def _serial(agent):
  certificates = json.loads(agent.admin("/certs"))["certificates"]
  return next(chain["serial_number"] for entry in certificates
              for chain in entry["cert_chain"] if chain["subject_alt_names"])


def test_an_envoy_gets_its_certificate_and_its_configuration(network, setting):
  pod = network.add_pod("web")
  agent = setting.agent(pod)
  agent.wait_ready()
  certificates = json.loads(agent.admin("/certs"))["certificates"]
  names = [name for entry in certificates for chain in entry["cert_chain"]
           for name in chain["subject_alt_names"]]
  assert {"uri": "spiffe://cluster.local/ns/shop/sa/web"} in names
  assert agent.stat("control_plane.connected_state") == 1
  assert "web.shop" in setting.control_plane.proxies()
  assert agent.metric("binnacle_agent_certificate_renewals_total") == 1
  # Prometheus' listener shows metrics and nothing else of the admin interface.
  assert "envoy_server_live" in fetch(f"http://{pod.address}:15090/stats/prometheus")
  with pytest.raises(urllib.error.HTTPError):
    fetch(f"http://{pod.address}:15090/quitquitquit")
  assert agent.stop() == 0


def test_no_other_user_may_read_what_the_agent_writes(network, setting):
  agent = setting.agent(network.add_pod("web"))
  agent.wait_ready()
  assert agent.state_dir.stat().st_mode & 0o777 == 0o700
  for path in agent.state_dir.iterdir():
    assert path.stat().st_mode & 0o077 == 0, path
    assert path.is_socket() or b"PRIVATE KEY" not in path.read_bytes()
  assert "PRIVATE KEY" not in agent.process.log.read_text()
  assert "PRIVATE KEY" not in json.dumps(agent.config_dump())


def test_a_certificate_is_rotated_and_envoy_has_the_new_one(network, setting):
  agent = setting.agent(network.add_pod("web"), flags=["--cert-ttl", "6s"])
  agent.wait_ready()
  first = _serial(agent)
  setting.token.write_text("spent", encoding="utf-8")
  until(lambda: _serial(agent) != first, 20, "Envoy has another certificate")
  until(lambda: agent.metric("binnacle_agent_certificate_renewals_total") >= 3, 20, "renewals")
  assert agent.metric("binnacle_agent_certificate_renewal_failures_total") == 0
  assert agent.health()[0] == 200


def test_while_the_control_plane_is_away_the_last_certificate_serves(network, setting):
  agent = setting.agent(network.add_pod("web"), flags=["--cert-ttl", "10s"])
  agent.wait_ready()
  setting.control_plane.kill()
  until(lambda: "cannot be renewed" in agent.health()[1], 20, "the agent says so")
  assert agent.health()[0] == 200
  assert _serial(agent)
  until(lambda: agent.health()[0] == 503, 20, "health tells of the expiry")
  assert "the certificate has expired" in agent.health()[1]
  until(lambda: "EXPIRED" in agent.process.log.read_text(), 5, "the log too")
  setting.control_plane.restart()
  until(lambda: agent.health()[0] == 200, 40, "the agent has a certificate again")
  until(lambda: agent.stat("control_plane.connected_state") == 1, 20, "and Envoy its stream")


def test_a_wrong_token_is_said_to_be_and_a_good_one_is_taken(network, setting):
  setting.token.write_text("wrong", encoding="utf-8")
  agent = setting.agent(network.add_pod("web"))
  until(lambda: "refuses the token" in agent.health()[1], 10, "the agent says so")
  assert agent.process.running()
  setting.renew_token()
  agent.wait_ready()


def test_a_token_of_another_namespace_gets_no_configuration(network, setting):
  setting.renew_token("elsewhere", "web")
  agent = setting.agent(network.add_pod("web"))
  until(lambda: "the credential is for spiffe://cluster.local/ns/elsewhere/sa/web"
        in agent.process.log.read_text(), 10, "the agent says so")
  until(lambda: agent.stat("control_plane.connected_state") == 0 and
        agent.stat("cluster.xds-grpc.upstream_rq_total") > 0, 10, "Envoy is refused")
  assert agent.health()[0] == 503


def _authority(setting):
  return json.loads(setting.control_plane.ctl("ca", "status", "-o", "json"))


@pytest.fixture
def brief(network):
  """Long enough that nothing is renewed within 5 s, and no longer."""
  made = Setting(network, ["--cert-lifetime", "20s"])
  yield made
  made.control_plane.stop()


def test_a_new_root_signs_only_when_envoy_has_it(network, brief):
  setting = brief
  agent = setting.agent(network.add_pod("web"))
  agent.wait_ready()
  first = _serial(agent)
  os.kill(_envoy(agent), signal.SIGSTOP)
  setting.control_plane.ctl("ca", "rotate")
  until(lambda: agent.metric("binnacle_agent_trust_bundle_roots") == 2, 5,
        "the agent has both roots")
  # It must not be told that they are in effect, however long that takes.
  deadline = time.monotonic() + 2
  while time.monotonic() < deadline:
    status = _authority(setting)
    assert status["phase"] == "introducing" and status["waitingFor"]
  assert agent.metric("binnacle_agent_certificate_renewals_total") == 1
  os.kill(_envoy(agent), signal.SIGCONT)
  until(lambda: _authority(setting)["phase"] != "introducing", 10, "the new root signs")
  # Short-lived certificates are soon all under the new root, and the old one goes.
  until(lambda: _authority(setting)["phase"] == "steady", 60, "the old root is dropped")
  until(lambda: agent.metric("binnacle_agent_trust_bundle_roots") == 1, 10, "here too")
  agent.wait_ready()
  assert _serial(agent) != first
  until(lambda: agent.stat("control_plane.connected_state") == 1, 10, "Envoy has its stream")


def test_an_envoy_that_dies_is_started_again(network, setting):
  agent = setting.agent(network.add_pod("web"))
  agent.wait_ready()
  os.kill(_envoy(agent), signal.SIGKILL)
  until(lambda: agent.metric("binnacle_agent_envoy_starts_total") == 2, 10, "a second Envoy")
  agent.wait_ready()


def test_an_agent_that_is_killed_leaves_no_envoy(network, setting):
  agent = setting.agent(network.add_pod("web"))
  agent.wait_ready()
  envoy = _envoy(agent)
  agent.kill()
  until(lambda: not pathlib.Path(f"/proc/{envoy}").exists(), 5, "Envoy is gone")
  agent.start()
  agent.wait_ready()


def test_an_agent_that_is_told_to_end_drains_first(network, setting):
  agent = setting.agent(network.add_pod("web"), drain="3s")
  agent.wait_ready()
  start = time.monotonic()
  agent.process.send(signal.SIGTERM)
  until(lambda: agent.health() == (503, "ending\n"), 2, "health says so")
  until(lambda: _ready(agent) == "DRAINING", 2, "and Envoy drains")
  assert agent.process.wait(15) == 0
  assert 3 <= time.monotonic() - start < 10
  log = agent.process.log.read_text()
  assert "draining for 3s" in log and "ended with exit code 0" in log


def test_an_agent_alone_waits_for_a_control_plane(network, setting):
  setting.control_plane.kill()
  agent = setting.agent(network.add_pod("web"))
  until(lambda: "no certificate yet" in agent.health()[1], 10, "the agent says so")
  assert agent.stop() == 0


def test_envoy_takes_the_bootstrap(tmp_path):
  config = tmp_path / "envoy.json"
  for server in ("10.0.0.1:15012", "control-plane.test:15012", "[::1]:15012"):
    with open(config, "w", encoding="utf-8") as out:
      subprocess.run([BINNACLE_AGENT, "bootstrap", "--server", server, "--ip", "10.0.0.7",
                      "--label", "app=web", "--locality", "eu/1/a"], stdout=out, check=True)
    subprocess.run([binary(), "--mode", "validate", "-c", config], check=True,
                   capture_output=True)


def test_exit_codes_and_help_are_those_promised():
  def run(*words):
    return subprocess.run([BINNACLE_AGENT, *words], text=True, capture_output=True)
  assert run("version").returncode == 0
  for command in ((), ("run",), ("bootstrap",), ("capture",)):
    shown = run(*command, "--help")
    assert shown.returncode == 0 and "Example:" in shown.stdout
  assert run("run").returncode == 2
  assert run("run", "--root-file", "x", "--server", "nowhere").returncode == 2
  assert run("run", "--root-file", "/nonexistent", "--ip", "10.0.0.1", "--health-address",
             "127.0.0.1:0", "--state-dir", "/tmp/binnacle-agent-none").returncode == 1
  assert run("capture", "--inbound-ports", "http").returncode == 2
  refused = subprocess.run(["setpriv", "--reuid", str(PROXY_UID), "--clear-groups",
                            "--inh-caps=-all,+dac_read_search",
                            "--ambient-caps=-all,+dac_read_search", BINNACLE_AGENT, "capture"],
                           text=True, capture_output=True)
  assert refused.returncode == 1 and "only be changed as root" in refused.stderr


def test_agents_run_side_by_side_on_one_machine(network, setting):
  agents = []
  machines = [Machine(name, network.logs, network.gateway) for name in ("one", "two")]
  try:
    agents = [setting.agent(machine) for machine in machines]
    for agent in agents:
      agent.wait_ready()
    assert {"one.shop", "two.shop"} <= setting.control_plane.proxies().keys()
  finally:
    for machine in machines:
      machine.stop()


def _ready(agent):
  """What its Envoy says of itself."""
  try:
    return agent.admin("/ready").strip()
  except urllib.error.HTTPError as error:
    return error.read().decode().strip()


def _envoy(agent):
  """The process of its Envoy."""
  children = pathlib.Path("/proc").glob("[0-9]*/stat")
  for child in children:
    try:
      words = child.read_text().rsplit(")", 1)[1].split()
    except OSError:
      continue
    if int(words[1]) == agent.process.pid:
      return int(child.parent.name)
  raise LookupError("no Envoy")

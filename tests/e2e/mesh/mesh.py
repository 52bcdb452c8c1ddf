"""A mesh to test in: a control plane, pods with their Envoys, a policy folder."""

import dataclasses
import os
import pathlib
import sys

from lab.agent import Agent
from lab.control_plane import BINNACLE_AGENT, ControlPlane
from lab.envoy import REGEX_LIMIT, Envoy
from lab.load import Target
from lab.network import Network
from lab.pod import PROXY_UID
from lab.wait import until
from mesh import kubernetes
from mesh.policy_folder import PolicyFolder

_PROGRAMS = pathlib.Path(__file__).resolve().parents[1] / "programs"
_WORK = pathlib.Path(__file__).resolve().parents[3] / "build" / "e2e"
DOMAIN = "svc.cluster.local"


@dataclasses.dataclass(frozen=True)
class Workload:
  pod: object
  labels: dict
  envoy: object  # None: the pod has no sidecar


class Mesh:
  """Use as a context manager. Pods are ready when add_...() returns."""

  def __init__(self, delta=True, xds_host=None, identity=False, flags=(), agent_flags=(),
               env=None):
    """`xds_host`: what the control plane listens on, if not the pods' network.
    `identity`: with a certificate authority and an agent beside each Envoy.
    `flags` and `env`: of binnacled."""
    self.network = Network(_WORK)
    self.identity = identity
    self.agent_flags = list(agent_flags)
    self.delta = delta
    self.regex_limit = REGEX_LIMIT  # of Envoys without an agent, from now on
    self.metadata = {}  # likewise, beside the usual
    self.services = {}  # name -> virtual IP
    self.workloads = {}
    try:
      self.policy = PolicyFolder(self.network.folder / "policy")
      self.control_plane = ControlPlane(self.policy.path, self.network.logs,
                                        host=xds_host or self.network.gateway,
                                        secure=identity, flags=flags, env=env)
    except BaseException:
      self.network.close()
      raise

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self.control_plane.stop()
    self.network.close()

  def add_service(self, name, ports=None, selector=None, namespace="default"):
    """`ports`: {name: (number, target port)}; one HTTP port unless told."""
    address = f"{self.network.prefix}{201 + len(self.services)}"
    self.services[name] = address
    self.policy.write(f"service-{name}.yaml", [kubernetes.service(
        name, address, ports or {"http": (80, 8080)}, selector or {"app": name}, namespace)])
    return address

  def add_workload(self, name, app, version="v1", sidecar=True, program=None, port=8080,
                   labels=None, account=None, true_account=None):
    """A pod that runs the echo server (or `program`, on `port`; None: on no
    port at all), and its Pod object. `account`: its service account, `app` if
    not given; `true_account`: another one that it really has a token for."""
    labels = {"app": app, "version": version, **(labels or {})}
    if self.identity and sidecar:
      labels["security.istio.io/tlsMode"] = "istio"
    account = account or (app if self.identity else "default")
    pod = self.network.add_pod(name, capture=sidecar and not self.identity)
    if self.identity and sidecar:
      pod.run([BINNACLE_AGENT, "capture"])
    pod.start("app", program or [sys.executable, self.program("echo_server.py"), "--version",
                                 version, "--tcp", "9000"])
    if port:
      until(lambda: pod.listens_on(port), 20, f"the application of {name} listens")
    self.policy.write(f"pod-{name}.yaml", [kubernetes.pod(name, pod.address, labels,
                                                          service_account=account)])
    envoy = self._add_envoy(pod, labels, account=true_account or account) if sidecar else None
    self.workloads[name] = Workload(pod, labels, envoy)
    return self.workloads[name]

  def add_client(self, name="client"):
    """A pod with a sidecar that runs nothing: tests ask from within it."""
    return self.add_workload(name, app=name, program=["sleep", "infinity"], port=None)

  def add_gateway(self, name="ingress", labels=None, namespace="istio-system"):
    labels = labels or {"istio": "ingressgateway"}
    pod = self.network.add_pod(name, capture=False)
    envoy = self._add_envoy(pod, labels, proxy_type="router", namespace=namespace, account=name)
    self.workloads[name] = Workload(pod, labels, envoy)
    return self.workloads[name]

  def from_client(self, service, port=80, path="/", client="client", host=None):
    """The way from a pod through its sidecar to a service."""
    return Target(self.services[service], port, host or f"{service}.default.{DOMAIN}", path,
                  namespace=self.workloads[client].pod.namespace)

  def from_outside(self, host, port=80, path="/", tls=None, gateway="ingress"):
    """The way from this machine to a gateway."""
    return Target(self.workloads[gateway].pod.address, port, host, path, tls=tls)

  def rejections(self):
    """What Envoys have refused so far, as they count it: nothing, in a test
    that does not mean them to."""
    return [f"{workload.pod.name}: {line}" for workload in self.workloads.values()
            if workload.envoy and workload.envoy.process.running()
            for line in workload.envoy.admin("/stats?filter=update_rejected").splitlines()
            if not line.endswith(": 0")]

  @staticmethod
  def program(name):
    return _PROGRAMS / name

  def wait_until(self, condition, what, seconds=15):
    return until(condition, seconds, what)

  def _add_envoy(self, pod, labels, account="default", **which):
    if self.identity:
      envoy = self.start_agent(pod, labels, account, **which)
    else:
      envoy = Envoy(pod, labels, self.control_plane.xds_address, delta=self.delta,
                    regex_limit=self.regex_limit, metadata=self.metadata, **which)
    envoy.wait_ready()
    return envoy

  def start_agent(self, pod, labels, account, namespace="default", token=None, **which):
    """An agent with a token for `account` (or `token`), and its Envoy."""
    token = token or self.control_plane.token(namespace, account)
    return Agent(pod, labels, self.control_plane,
                 self._handed_over(f"token-{pod.name}", token, 0o600),
                 self._handed_over("root.pem", self.control_plane.trust_bundle(), 0o644),
                 namespace=namespace, service_account=account, flags=self.agent_flags, **which)

  def _handed_over(self, name, text, mode):
    """A file for agents to read."""
    path = self.network.folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    os.chown(path, PROXY_UID, PROXY_UID)
    return path

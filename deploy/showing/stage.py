"""What every demo is played on: pods behind Envoys, an ingress, and binnacled
with a copy of the demo's policy files, which is there to be edited."""

import pathlib
import ssl

import yaml

from lab import certificate
from lab.caller import give_to_caller
from lab.control_plane import BINNACLED, ControlPlane
from lab.envoy import Envoy
from lab.load import Target
from lab.network import Network

_BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"
# As the policy files say it; both are put right in the copy.
_WRITTEN_PREFIX = "10.251.0."
_WRITTEN_CERTIFICATES = "/etc/istio/ingressgateway-certs"


class Stage:
  """Everything that runs. Use as a context manager. A demo's own stage says in
  start_application() what runs in a pod beside its Envoy."""

  def __init__(self, home, host):
    """`home`: the demo's folder; `host`: the name that the world knows."""
    if not BINNACLED.exists():
      raise RuntimeError(f"{BINNACLED} is missing: run make first")
    self.host = host
    self._home = home
    self.network = Network(_BUILD / home.name)
    self.policy = self.network.folder / "policy"
    self.binnacled = None
    self.envoys = []
    self.ingress_address = self.network.prefix + "2"

  def __enter__(self):
    return self

  def __exit__(self, *_):
    if self.binnacled:
      self.binnacled.stop()
    self.network.close()

  def must_run(self):
    """True, or RuntimeError about what does not run any more."""
    return (self.binnacled.process.must_run() and
            all(envoy.process.must_run() for envoy in self.envoys))

  def write_files(self):
    self._certificates = self.network.folder / "certificates"
    self._certificate = certificate.self_signed(self._certificates, "tls", [self.host])
    self.policy.mkdir()
    for source in sorted((self._home / "policy").glob("*.yaml")):
      self.copy_policy(source)
    give_to_caller(self.network.folder)

  def copy_policy(self, source):
    """Puts a policy file before binnacled. Returns the copy."""
    text = source.read_text(encoding="utf-8")
    text = text.replace(_WRITTEN_PREFIX, self.network.prefix)
    text = text.replace(_WRITTEN_CERTIFICATES, str(self._certificates))
    copy = self.policy / source.name
    copy.write_text(text, encoding="utf-8")
    return copy

  def start_binnacled(self, **options):
    self.binnacled = ControlPlane(self.policy, self.network.logs, host=self.network.gateway,
                                  **options)
    self.binnacled.wait_ready()

  def start_pods(self):
    """The ingress and the pods of policy/services.yaml."""
    objects = list(yaml.safe_load_all((self.policy / "services.yaml").read_text(encoding="utf-8")))
    self.network.name_services({o["metadata"]["name"]: o["spec"]["clusterIP"]
                                for o in objects if o["kind"] == "Service"})
    for written in (o for o in objects if o["kind"] == "Pod"):
      pod = self.network.add_pod(written["metadata"]["name"], written["status"]["podIP"])
      self.start_sidecar(pod, written)
      self.start_application(pod, written["metadata"]["labels"])
    self.ingress = self.start_ingress(
        self.network.add_pod("ingress", self.ingress_address, capture=False))
    self.envoys.append(self.ingress)

  def start_sidecar(self, pod, written):
    self.envoys.append(Envoy(pod, written["metadata"]["labels"], self.binnacled.xds_address))

  def start_ingress(self, pod):
    return Envoy(pod, {"istio": "ingressgateway"}, self.binnacled.xds_address,
                 proxy_type="router", namespace="istio-system")

  def start_application(self, pod, labels):
    raise NotImplementedError

  def target(self, path="/", headers=None):
    """The application, as the world sees it."""
    context = ssl.create_default_context(cafile=str(self._certificate.certificate))
    return Target(self.ingress_address, 443, self.host, path=path, tls=context,
                  headers=headers or {})

  def curl(self, path="/"):
    return (f"curl --cacert {self._certificate.certificate} "
            f"--resolve {self.host}:443:{self.ingress_address} https://{self.host}{path}")

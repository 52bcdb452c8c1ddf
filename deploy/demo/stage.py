"""Who plays in the demo: the pods of policy/services.yaml and the ingress."""

import pathlib
import ssl
import subprocess
import sys

import yaml

from lab import certificate
from lab.caller import give_to_caller
from lab.control_plane import ControlPlane
from lab.envoy import Envoy
from lab.load import Target
from lab.network import Network

HOST = "demo.example.com"
_HERE = pathlib.Path(__file__).resolve().parent
_WORK = _HERE.parents[1] / "build" / "demo"
# As the files in policy/ say it; both are put right in the copy.
_WRITTEN_PREFIX = "10.251.0."
_WRITTEN_CERTIFICATES = "/etc/istio/ingressgateway-certs"


class Stage:
  """Everything that runs. Use as a context manager."""

  def __init__(self):
    self.network = Network(_WORK)
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

  def write_files(self):
    certificates = self.network.folder / "certificates"
    self._certificate = certificate.self_signed(certificates, "tls", [HOST])
    self.policy.mkdir()
    for source in sorted((_HERE / "policy").glob("*.yaml")):
      text = source.read_text(encoding="utf-8")
      text = text.replace(_WRITTEN_PREFIX, self.network.prefix)
      text = text.replace(_WRITTEN_CERTIFICATES, str(certificates))
      (self.policy / source.name).write_text(text, encoding="utf-8")
    give_to_caller(_WORK)

  def start_binnacled(self):
    self.binnacled = ControlPlane(self.policy, self.network.logs, host=self.network.gateway)
    self.binnacled.wait_ready()

  def start_pods(self):
    objects = list(yaml.safe_load_all((self.policy / "services.yaml").read_text(encoding="utf-8")))
    self.network.name_services({o["metadata"]["name"]: o["spec"]["clusterIP"]
                                for o in objects if o["kind"] == "Service"})
    for pod in (o for o in objects if o["kind"] == "Pod"):
      self._start_pod(pod["metadata"]["name"], pod["status"]["podIP"], pod["metadata"]["labels"])
    ingress = self.network.add_pod("ingress", self.ingress_address, capture=False)
    self.ingress = Envoy(ingress, {"istio": "ingressgateway"}, self.binnacled.xds_address,
                         proxy_type="router", namespace="istio-system")
    self.envoys.append(self.ingress)

  def target(self):
    """The web application, as the world sees it."""
    context = ssl.create_default_context(cafile=str(self._certificate.certificate))
    return Target(self.ingress_address, 443, HOST, tls=context)

  def curl(self):
    return (f"curl --cacert {self._certificate.certificate} "
            f"--resolve {HOST}:443:{self.ingress_address} https://{HOST}/")

  def curl_by_address(self):
    """What a request by bare IP address gets: an HTTP status ("000": none) and
    curl's reason."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--insecure", "--max-time", "10", "--output",
         "/dev/null", "--write-out", "%{http_code}", f"https://{self.ingress_address}/"],
        text=True, capture_output=True)
    return done.stdout.strip(), done.stderr.strip()

  def _start_pod(self, name, address, labels):
    pod = self.network.add_pod(name, address)
    self.envoys.append(Envoy(pod, labels, self.binnacled.xds_address))
    command = [sys.executable, _HERE / "web.py", "--version", labels["version"]]
    if labels["app"] == "web":
      pod.start("web", [*command, "--port", "8080", "--backend", "backend:9080"])
    else:
      pod.start("backend", [*command, "--port", "9080"])

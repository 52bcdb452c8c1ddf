"""Who plays: WordPress in two releases, its database, and the ingress."""

import os
import pathlib
import urllib.parse

from blog import Blog
from database import Database
from lab.agent import Agent
from lab.pod import PROXY_UID
from showing.stage import Stage

PRODUCTION = "wordpress-production.default"  # a proxy, as binnaclectl names it
_INGRESS_ACCOUNT = "istio-ingressgateway-service-account"
CALLER = f"spiffe://cluster.local/ns/istio-system/sa/{_INGRESS_ACCOUNT}"
_HERE = pathlib.Path(__file__).resolve().parent


class WordPressStage(Stage):
  mistake = _HERE / "mistake" / "debugging.yaml"

  def __init__(self):
    super().__init__(_HERE, "blog.example.com")
    self.database = Database(self.network.folder / "database", self.network.logs)
    self.blog = Blog(self.network.folder / "blog", self.host)
    self.pods = {}  # by name; without the ingress

  def write_files(self):
    super().write_files()
    self.database.initialise()
    self.blog.write_files(self.database.password)

  def start_binnacled(self):
    super().start_binnacled(secure=True)
    self._root = self.network.folder / "root.pem"
    self._root.write_text(self.binnacled.trust_bundle(), encoding="utf-8")

  def start_sidecar(self, pod, written):
    self.envoys.append(self._agent(pod, written["metadata"]["labels"], "default",
                                   written["spec"]["serviceAccountName"]))

  def start_ingress(self, pod):
    return self._agent(pod, {"istio": "ingressgateway"}, "istio-system", _INGRESS_ACCOUNT,
                       proxy_type="router")

  def _agent(self, pod, labels, namespace, account, **options):
    """Runs the pod's Envoy. What it has to begin with is a token and the root
    certificate; its key it makes itself."""
    token = self.network.folder / f"{pod.name}.token"
    token.touch(mode=0o600)
    os.chown(token, PROXY_UID, PROXY_UID)
    token.write_text(self.binnacled.token(namespace, account), encoding="utf-8")
    return Agent(pod, labels, self.binnacled, token, self._root, namespace=namespace,
                 service_account=account, **options)

  def start_application(self, pod, labels):
    self.pods[pod.name] = pod
    if labels["app"] == "mariadb":
      self.database.start(pod)
    else:
      self.blog.serve(pod, labels["version"])

  def ready(self):
    return self.database.listens() and all(
        pod.listens_on(8080) for name, pod in self.pods.items() if name != "mariadb")

  def install_wordpress(self, title):
    """Returns the page that WordPress answers with."""
    connection = self.target().connect()
    form = urllib.parse.urlencode(self.blog.installation_form(title))
    connection.request("POST", "/wp-admin/install.php?step=2", form, {
        "Host": self.host, "Content-Type": "application/x-www-form-urlencoded"})
    page = connection.getresponse().read().decode()
    connection.close()
    return page

  def publish(self, title, text):
    self.blog.publish(self.pods["wordpress-production"], title, text)

  def make_mistake(self):
    """Returns the file that is wrong."""
    self._wrong = self.copy_policy(self.mistake)
    return self._wrong

  def mend_mistake(self):
    self._wrong.unlink()

  def handshakes(self, name):
    """How many TLS handshakes a pod's Envoy has completed as a server."""
    envoy = next(envoy for envoy in self.envoys if envoy.pod.name == name)
    return envoy.stat("listener.0.0.0.0_15006.ssl.handshake")

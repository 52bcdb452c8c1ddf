"""Who plays: WordPress in two releases, its database, and the ingress."""

import pathlib
import urllib.parse

from blog import Blog
from database import Database
from showing.stage import Stage

PRODUCTION = "wordpress-production.default"  # a proxy, as binnaclectl names it
CALLER = "spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
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

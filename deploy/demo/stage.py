"""Who plays in the demo: the pods of policy/services.yaml and the ingress."""

import pathlib
import subprocess
import sys

from showing.stage import Stage

_HERE = pathlib.Path(__file__).resolve().parent


class DemoStage(Stage):
  def __init__(self):
    super().__init__(_HERE, "demo.example.com")

  def start_application(self, pod, labels):
    command = [sys.executable, _HERE / "web.py", "--version", labels["version"]]
    if labels["app"] == "web":
      pod.start("web", [*command, "--port", "8080", "--backend", "backend:9080"])
    else:
      pod.start("backend", [*command, "--port", "9080"])

  def curl_by_address(self):
    """What a request by bare IP address gets: an HTTP status ("000": none) and
    curl's reason."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--insecure", "--max-time", "10", "--output",
         "/dev/null", "--write-out", "%{http_code}", f"https://{self.ingress_address}/"],
        text=True, capture_output=True)
    return done.stdout.strip(), done.stderr.strip()

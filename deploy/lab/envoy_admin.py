"""What an Envoy says of itself, over its admin interface."""

import json
import urllib.request


def fetch(url, method="GET"):
  with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
    return answer.read().decode()


class EnvoyAdmin:
  """Of the Envoy in self.pod."""

  def admin(self, path, method="GET"):
    return fetch(f"http://{self.pod.address}:{self.pod.admin_port}{path}", method)

  def stat(self, name):
    """A counter or gauge; 0 as long as Envoy has none of that name."""
    for line in self.admin(f"/stats?filter=^{name}$").splitlines():
      key, value = line.rsplit(": ", 1)
      if key == name:
        return int(value)
    return 0

  def config_dump(self, resource=None):
    path = "/config_dump?include_eds"
    return json.loads(self.admin(path + (f"&resource={resource}" if resource else "")))

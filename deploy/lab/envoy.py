"""A real Envoy in a pod, with the bootstrap that an Istio-style proxy has."""

import json
import pathlib
import sys

from lab.envoy_admin import EnvoyAdmin
from lab.pod import PROXY_UID
from lab.wait import until


def binary():
  """The Envoy that is installed beside this Python."""
  for folder in sys.path:
    found = pathlib.Path(folder) / "envoy" / "_bin" / "envoy"
    if found.exists():
      return found
  raise FileNotFoundError("no Envoy: install tools/requirements.txt (make venv)")


def node(pod, labels, proxy_type="sidecar", namespace="default", metadata=None):
  """Who the proxy says it is. `metadata`: more of it."""
  return {
      "id": f"{proxy_type}~{pod.address}~{pod.name}.{namespace}~{namespace}.svc.cluster.local",
      "cluster": f"{labels.get('app', pod.name)}.{namespace}",
      "metadata": {
          "NAMESPACE": namespace,
          "LABELS": labels,
          "INSTANCE_IPS": pod.address,
          "ISTIO_VERSION": "1.29.1",
          # There is nobody beside this Envoy to fetch certificates for it.
          "BINNACLE_AGENT": "none",
          **(metadata or {}),
      },
  }


# Envoy's own limit for a regular expression (100) is small enough that sound
# ones are refused, and a whole route configuration with them.
REGEX_LIMIT = 32768


def bootstrap(node_message, admin_address, xds_address, delta=True, regex_limit=REGEX_LIMIT):
  host, port = xds_address.rsplit(":", 1)
  ads = {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"}
  return {
      "node": node_message,
      "admin": {"address": admin_address},
      "layered_runtime": {"layers": [{"name": "binnacle", "static_layer": {
          "re2.max_program_size.error_level": regex_limit}}]},
      "dynamic_resources": {
          "lds_config": ads,
          "cds_config": ads,
          "ads_config": {
              "api_type": "DELTA_GRPC" if delta else "GRPC",
              "transport_api_version": "V3",
              "set_node_on_first_message_only": True,
              "grpc_services": [{
                  "envoy_grpc": {
                      "cluster_name": "xds-grpc",
                      # Back soon after the control plane is.
                      "retry_policy": {"retry_back_off": {"base_interval": "0.1s",
                                                          "max_interval": "1s"}},
                  },
              }],
          },
      },
      "static_resources": {"clusters": [{
          "name": "xds-grpc",
          "type": "STATIC",
          "connect_timeout": "1s",
          "typed_extension_protocol_options": {
              "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                  "@type": "type.googleapis.com/"
                           "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                  # A control plane that is gone without a word is noticed.
                  "explicit_http_config": {"http2_protocol_options": {
                      "connection_keepalive": {"interval": "10s", "timeout": "5s"}}},
              },
          },
          "load_assignment": {"cluster_name": "xds-grpc", "endpoints": [{"lb_endpoints": [
              {"endpoint": {"address": _address(host, int(port))}}]}]},
      }]},
  }


def _address(host, port):
  return {"socket_address": {"address": host, "port_value": port}}


class Envoy(EnvoyAdmin):
  """Starts at once; wait_ready() returns when it serves."""

  def __init__(self, pod, labels, xds_address, proxy_type="sidecar", namespace="default",
               delta=True, regex_limit=REGEX_LIMIT, metadata=None):
    self.pod = pod
    self.delta = delta
    self.node = node(pod, labels, proxy_type, namespace, metadata)
    config = pod.logs / f"{pod.name}-envoy.json"
    message = bootstrap(self.node, _address(pod.address, pod.admin_port), xds_address, delta,
                        regex_limit)
    config.write_text(json.dumps(message, indent=2), encoding="utf-8")
    self.process = pod.start("envoy", [
        binary(), "--config-path", config, "--concurrency", "1", "--disable-hot-restart",
        "--log-level", "warning"], uid=PROXY_UID)

  def wait_ready(self, seconds=20):
    until(lambda: self.process.must_run() and "LIVE" in self.admin("/ready"), seconds,
          f"Envoy of {self.pod.name} serves (log: {self.process.log})")

  def stop(self):
    self.process.stop()

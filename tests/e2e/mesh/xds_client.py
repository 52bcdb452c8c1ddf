"""xDS clients that do as the test says and no more: they acknowledge nothing
by themselves."""

import queue
import threading

import grpc
from envoy.config.core.v3 import base_pb2
from envoy.service.cluster.v3 import cds_pb2_grpc
from envoy.service.discovery.v3 import ads_pb2_grpc, discovery_pb2
from envoy.service.endpoint.v3 import eds_pb2_grpc
from envoy.service.listener.v3 import lds_pb2_grpc
from envoy.service.route.v3 import rds_pb2_grpc
from google.protobuf import json_format
from google.rpc import status_pb2

_TYPE = "type.googleapis.com/"
CDS = _TYPE + "envoy.config.cluster.v3.Cluster"
EDS = _TYPE + "envoy.config.endpoint.v3.ClusterLoadAssignment"
LDS = _TYPE + "envoy.config.listener.v3.Listener"
RDS = _TYPE + "envoy.config.route.v3.RouteConfiguration"
SDS = _TYPE + "envoy.extensions.transport_sockets.tls.v3.Secret"

_SERVICES = {
    None: (ads_pb2_grpc.AggregatedDiscoveryServiceStub, "AggregatedResources"),
    CDS: (cds_pb2_grpc.ClusterDiscoveryServiceStub, "Clusters"),
    EDS: (eds_pb2_grpc.EndpointDiscoveryServiceStub, "Endpoints"),
    LDS: (lds_pb2_grpc.ListenerDiscoveryServiceStub, "Listeners"),
    RDS: (rds_pb2_grpc.RouteDiscoveryServiceStub, "Routes"),
}


def node(name="client", namespace="default", proxy_type="sidecar", address="10.0.0.9", **metadata):
  return json_format.ParseDict({
      "id": f"{proxy_type}~{address}~{name}.{namespace}~{namespace}.svc.cluster.local",
      "metadata": {"NAMESPACE": namespace, "LABELS": {"app": name}, "BINNACLE_AGENT": "none",
                   "ISTIO_VERSION": "1.29.1", **metadata},
      "userAgentName": "envoy",
      "userAgentBuildVersion": {"version": {"majorNumber": 1, "minorNumber": 40}},
  }, base_pb2.Node())


class _Stream:
  """One stream: requests go out of a queue, answers come into another."""

  def __init__(self, address, stub, method, credentials=None):
    options = [("grpc.max_receive_message_length", -1),
               # Each stream its own connection, as proxies have.
               ("grpc.use_local_subchannel_pool", 1)]
    if credentials:
      self._channel = grpc.secure_channel(address, credentials, [
          *options, ("grpc.ssl_target_name_override", "localhost")])
    else:
      self._channel = grpc.insecure_channel(address, options)
    grpc.channel_ready_future(self._channel).result(timeout=10)
    self._requests = queue.SimpleQueue()
    self._answers = queue.SimpleQueue()
    self._call = getattr(stub(self._channel), method)(iter(self._requests.get, None))
    self.ended = threading.Event()
    self.status = None  # grpc.StatusCode, once ended
    threading.Thread(target=self._read, daemon=True).start()

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self._requests.put(None)
    self._call.cancel()
    self._channel.close()

  def send(self, request):
    self._requests.put(request)

  def receive(self, seconds=10):
    """The next response; TimeoutError if there is none in time."""
    try:
      return self._answers.get(timeout=seconds)
    except queue.Empty:
      raise TimeoutError(f"no xDS response within {seconds} s") from None

  def nothing_waiting(self):
    return self._answers.empty()

  def _read(self):
    try:
      for response in self._call:
        self._answers.put(response)
      self.status = grpc.StatusCode.OK
    except grpc.RpcError as error:
      self.status = error.code()
    self.ended.set()


class DeltaStream(_Stream):
  """Of all types, unless told which. `credentials`: over TLS, with these."""

  def __init__(self, address, proxy, only=None, credentials=None):
    stub, method = _SERVICES[only]
    super().__init__(address, stub, f"Delta{method}", credentials)
    self._node = proxy

  def subscribe(self, type_url, names=(), held=None):
    """No names: all there are. `held`: name -> version, as when reconnecting."""
    self.send(discovery_pb2.DeltaDiscoveryRequest(
        node=self._node, type_url=type_url, resource_names_subscribe=names,
        initial_resource_versions=held or {}))

  def unsubscribe(self, type_url, names):
    self.send(discovery_pb2.DeltaDiscoveryRequest(type_url=type_url,
                                                  resource_names_unsubscribe=names))

  def ack(self, response):
    self.send(discovery_pb2.DeltaDiscoveryRequest(type_url=response.type_url,
                                                  response_nonce=response.nonce))

  def nack(self, response, reason):
    self.send(discovery_pb2.DeltaDiscoveryRequest(
        type_url=response.type_url, response_nonce=response.nonce,
        error_detail=status_pb2.Status(code=3, message=reason)))


class SotwStream(_Stream):
  """Of all types, unless told which."""

  def __init__(self, address, proxy, only=None):
    stub, method = _SERVICES[only]
    super().__init__(address, stub, f"Stream{method}")
    self._node = proxy

  def subscribe(self, type_url, names=(), after=None):
    """`after`: the response acknowledged with it."""
    self.send(discovery_pb2.DiscoveryRequest(
        node=self._node, type_url=type_url, resource_names=names,
        version_info=after.version_info if after else "",
        response_nonce=after.nonce if after else ""))

  def nack(self, response, reason, names=(), last_good=""):
    self.send(discovery_pb2.DiscoveryRequest(
        type_url=response.type_url, response_nonce=response.nonce, version_info=last_good,
        resource_names=names, error_detail=status_pb2.Status(code=3, message=reason)))


def messages(response, message_type):
  """The resources of a state-of-the-world response, decoded."""
  decoded = []
  for resource in response.resources:
    message = message_type()
    resource.Unpack(message)
    decoded.append(message)
  return decoded

"""What an Envoy holds, and what a control plane gives a proxy like it: of each
type {name: the resource as a dict}; of endpoints, of which Envoy keeps but
what it uses, {cluster: what there is to send to}."""

import importlib
import json
import pathlib
import re

import envoy
from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.core.v3 import base_pb2
from envoy.config.endpoint.v3 import endpoint_pb2
from envoy.config.listener.v3 import listener_pb2
from envoy.config.route.v3 import route_pb2
from google.protobuf import json_format

from mesh.xds_client import CDS, EDS, LDS, RDS, DeltaStream, SotwStream

_MESSAGES = {CDS: cluster_pb2.Cluster, LDS: listener_pb2.Listener,
             RDS: route_pb2.RouteConfiguration, EDS: endpoint_pb2.ClusterLoadAssignment}


class Dump:
  """Of one Envoy, at one moment."""

  def __init__(self, proxy):
    self._dumps = {dump["@type"].rsplit(".", 1)[1]: dump
                   for dump in proxy.config_dump()["configs"]}

  def entries(self, dump, field):
    return self._dumps.get(dump, {}).get(field, [])

  def warming(self):
    """Names of clusters and listeners that wait for something."""
    return ([entry["cluster"]["name"] for entry in
             self.entries("ClustersConfigDump", "dynamic_warming_clusters")] +
            [listener["name"] for listener in
             self.entries("ListenersConfigDump", "dynamic_listeners")
             if "warming_state" in listener or "active_state" not in listener])


def held_by(dump):
  """When it is not warming anything."""
  entries = dump.entries
  listeners = entries("ListenersConfigDump", "dynamic_listeners")
  clusters = [entry["cluster"] for entry in entries("ClustersConfigDump",
                                                    "dynamic_active_clusters")]
  # Envoy shows the endpoints that stand in a cluster among the others.
  discovered = {cluster["name"] for cluster in clusters if cluster.get("type") == "EDS"}
  return _by_name({
      CDS: clusters,
      LDS: [listener["active_state"]["listener"] for listener in listeners],
      RDS: [entry["route_config"]
            for entry in entries("RoutesConfigDump", "dynamic_route_configs")],
      EDS: [entry["endpoint_config"]
            for entry in entries("EndpointsConfigDump", "dynamic_endpoint_configs")
            if entry["endpoint_config"]["cluster_name"] in discovered],
  })


def given_to(proxy, address, held):
  """By the control plane at `address`, asked in the proxy's name; the routes
  and the endpoints that what it holds needs."""
  node = json_format.ParseDict({
      **proxy.node, "user_agent_name": "envoy",
      "user_agent_build_version": {"version": {"major_number": 1, "minor_number": 40}}},
                               base_pb2.Node())
  names = {CDS: [], EDS: sorted(held[CDS]), LDS: [], RDS: sorted(held[RDS])}
  with (DeltaStream if proxy.delta else SotwStream)(address, node) as stream:
    given = {}
    for type_url, asked in names.items():
      stream.subscribe(type_url, asked)
      response = stream.receive()
      given[type_url] = [_decoded(type_url, resource.resource if proxy.delta else resource)
                         for resource in response.resources]
      if proxy.delta:
        stream.ack(response)
      else:
        stream.subscribe(type_url, asked, after=response)
  return _by_name(given)


def differences(held, given):
  """As lines for people; none if both are the same."""
  told = []
  for type_url, ours in held.items():
    theirs = given[type_url]
    kind = type_url.rsplit(".", 1)[1]
    for name in sorted(ours.keys() | theirs.keys()):
      if ours.get(name) != theirs.get(name):
        told.append(f"{kind} {name}: held {_short(ours.get(name))}, "
                    f"right {_short(theirs.get(name))}")
  return told


def _short(resource):
  return "nothing" if resource is None else json.dumps(resource, sort_keys=True)[:2000]


def _decoded(type_url, resource):
  message = _MESSAGES[type_url]()
  resource.Unpack(message)
  _know_types_in(message.SerializeToString().decode("latin-1"))
  return json_format.MessageToDict(message, preserving_proto_field_name=True)


def _by_name(resources):
  """Of lists of dicts, whoever wrote them: both ways of writing made the same."""
  named = {}
  for type_url, dicts in resources.items():
    _know_types_in(json.dumps(dicts))
    messages = [_read(resource, _MESSAGES[type_url]()) for resource in dicts]
    if type_url == EDS:
      named[EDS] = {message.cluster_name: _hosts(message)
                    for message in messages if _hosts(message)}
    else:
      named[type_url] = {message.name: json_format.MessageToDict(message) for message in messages}
  return named


def _read(resource, message):
  # Envoy says the type, as resources are Anys there.
  fields = {field: value for field, value in resource.items() if field != "@type"}
  return json_format.ParseDict(fields, message)


def _hosts(assignment):
  hosts = []
  for locality in assignment.endpoints:
    place = [locality.locality.region, locality.locality.zone, locality.locality.sub_zone]
    for host in locality.lb_endpoints:
      socket = host.endpoint.address.socket_address
      metadata = json_format.MessageToDict(host.metadata)
      hosts.append([place, locality.priority, socket.address, socket.port_value,
                    host.load_balancing_weight.value or 1, metadata])
  return sorted(hosts, key=str)


def _know_types_in(text):
  """Anys can be read only once the modules of their types are there."""
  for package in set(re.findall(r"type\.googleapis\.com/(envoy\.[a-z0-9_.]+)\.[A-Z]", text)):
    for base in envoy.__path__:
      folder = pathlib.Path(base).parent / package.replace(".", "/")
      for module in sorted(folder.glob("*_pb2.py")):
        importlib.import_module(f"{package}.{module.stem}")

#!/usr/bin/env python3
"""Writes the part of the Envoy API that Binnacle speaks as one descriptor set.

The xds-protos wheel carries the API as Python modules; each holds the
descriptor of its .proto file. Starting from ROOTS, this follows the imports
and writes

  DIR/envoy_api.pb    the FileDescriptorSet, for protoc --descriptor_set_in
  DIR/files.txt       the .proto names in it, sorted, one to a line
  DIR/services.txt    those of them that need gRPC stubs

google/protobuf/*.proto is left out: protoc must use its own, not the newer
ones of Python's runtime. A file is only touched when its content changes.
"""

import argparse
import importlib
import pathlib

from google.protobuf import descriptor_pb2

# What a control plane sends, receives or checks. Imports follow by themselves.
ROOTS = """
envoy/config/accesslog/v3/accesslog
envoy/config/bootstrap/v3/bootstrap
envoy/config/cluster/v3/cluster
envoy/config/core/v3/substitution_format_string
envoy/config/endpoint/v3/endpoint
envoy/config/endpoint/v3/load_report
envoy/config/listener/v3/listener
envoy/config/metrics/v3/stats
envoy/config/metrics/v3/metrics_service
envoy/config/overload/v3/overload
envoy/config/ratelimit/v3/rls
envoy/config/rbac/v3/rbac
envoy/config/route/v3/route
envoy/config/route/v3/scoped_route
envoy/config/tap/v3/common
envoy/config/trace/v3/datadog
envoy/config/trace/v3/http_tracer
envoy/config/trace/v3/opentelemetry
envoy/config/trace/v3/trace
envoy/config/trace/v3/zipkin
envoy/extensions/access_loggers/file/v3/file
envoy/extensions/access_loggers/grpc/v3/als
envoy/extensions/access_loggers/open_telemetry/v3/logs_service
envoy/extensions/access_loggers/stream/v3/stream
envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster
envoy/extensions/filters/http/cors/v3/cors
envoy/extensions/filters/http/ext_authz/v3/ext_authz
envoy/extensions/filters/http/fault/v3/fault
envoy/extensions/filters/http/grpc_stats/v3/config
envoy/extensions/filters/http/grpc_web/v3/grpc_web
envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata
envoy/extensions/filters/http/health_check/v3/health_check
envoy/extensions/filters/http/jwt_authn/v3/config
envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit
envoy/extensions/filters/http/on_demand/v3/on_demand
envoy/extensions/filters/http/rbac/v3/rbac
envoy/extensions/filters/http/router/v3/router
envoy/extensions/filters/http/set_filter_state/v3/set_filter_state
envoy/extensions/filters/http/stateful_session/v3/stateful_session
envoy/extensions/filters/http/upstream_codec/v3/upstream_codec
envoy/extensions/filters/listener/http_inspector/v3/http_inspector
envoy/extensions/filters/listener/original_dst/v3/original_dst
envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol
envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector
envoy/extensions/filters/network/ext_authz/v3/ext_authz
envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager
envoy/extensions/filters/network/rbac/v3/rbac
envoy/extensions/filters/network/sni_cluster/v3/sni_cluster
envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy
envoy/extensions/http/header_validators/envoy_default/v3/header_validator
envoy/extensions/http/stateful_session/cookie/v3/cookie
envoy/extensions/http/stateful_session/header/v3/header
envoy/extensions/load_balancing_policies/least_request/v3/least_request
envoy/extensions/load_balancing_policies/maglev/v3/maglev
envoy/extensions/load_balancing_policies/random/v3/random
envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash
envoy/extensions/load_balancing_policies/round_robin/v3/round_robin
envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality
envoy/extensions/matching/common_inputs/network/v3/network_inputs
envoy/extensions/matching/input_matchers/ip/v3/ip
envoy/extensions/path/match/uri_template/v3/uri_template_match
envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite
envoy/extensions/retry/host/previous_hosts/v3/previous_hosts
envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config
envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol
envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer
envoy/extensions/transport_sockets/tls/v3/tls
envoy/extensions/upstreams/http/v3/http_protocol_options
envoy/extensions/upstreams/tcp/v3/tcp_protocol_options
envoy/service/cluster/v3/cds
envoy/service/discovery/v3/ads
envoy/service/endpoint/v3/eds
envoy/service/listener/v3/lds
envoy/service/route/v3/rds
envoy/service/route/v3/srds
envoy/service/secret/v3/sds
envoy/service/status/v3/csds
google/rpc/code
google/rpc/error_details
google/rpc/status
udpa/type/v1/typed_struct
xds/core/v3/resource_name
xds/type/matcher/v3/ip
xds/type/matcher/v3/matcher
xds/type/v3/typed_struct
""".split()

# A dump of a proxy's configuration holds Envoy's admin messages.
ROOTS += [
    "envoy/admin/v3/clusters",
    "envoy/admin/v3/config_dump",
    "envoy/admin/v3/listeners",
    "envoy/admin/v3/server_info",
]

# gRPC stubs are generated for these alone.
SERVICES = [
    "envoy/service/cluster/v3/cds.proto",
    "envoy/service/discovery/v3/ads.proto",
    "envoy/service/endpoint/v3/eds.proto",
    "envoy/service/listener/v3/lds.proto",
    "envoy/service/route/v3/rds.proto",
    "envoy/service/secret/v3/sds.proto",
]

# Words that became reserved in C++20 and that protoc 3.21 does not yet avoid.
CXX20_KEYWORDS = frozenset(
    "char8_t co_await co_return co_yield concept consteval constinit requires"
    .split())


def load(proto):
  module = importlib.import_module(
      proto.removesuffix(".proto").replace("/", ".").replace("-", "_") + "_pb2")
  return module.DESCRIPTOR


def closure(roots):
  """All files reachable from `roots`, by name; imports come before users."""
  found = {}

  def visit(descriptor):
    if descriptor.name in found or descriptor.name.startswith(
        "google/protobuf/"):
      return
    for dependency in descriptor.dependencies:
      visit(dependency)
    found[descriptor.name] = descriptor

  for root in roots:
    visit(load(root + ".proto"))
  return found


def rename_keywords(message):
  for field in message.field:
    if field.name in CXX20_KEYWORDS:
      # The JSON form is the API's and stays.
      field.json_name = field.json_name or field.name
      field.name += "_"
  for nested in message.nested_type:
    rename_keywords(nested)


def readable_by_protoc_3_21(descriptor):
  file = descriptor_pb2.FileDescriptorProto.FromString(descriptor.serialized_pb)
  if file.syntax not in ("", "proto2", "proto3"):
    raise SystemExit(f"{file.name}: syntax {file.syntax!r} is newer than protoc"
                     " 3.21 can read")
  for message in file.message_type:
    rename_keywords(message)
  return file


def write_if_changed(path, content):
  if not path.exists() or path.read_bytes() != content:
    path.write_bytes(content)


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("directory", type=pathlib.Path, metavar="DIR")
  directory = parser.parse_args().directory
  directory.mkdir(parents=True, exist_ok=True)

  files = closure(ROOTS)
  missing = [name for name in SERVICES if name not in files]
  if missing:
    raise SystemExit(f"not among the collected files: {missing}")

  result = descriptor_pb2.FileDescriptorSet(
      file=[readable_by_protoc_3_21(d) for d in files.values()])
  write_if_changed(directory / "envoy_api.pb",
                   result.SerializeToString(deterministic=True))
  lines = lambda names: "".join(n + "\n" for n in sorted(names)).encode()
  write_if_changed(directory / "files.txt", lines(files))
  write_if_changed(directory / "services.txt", lines(SERVICES))


if __name__ == "__main__":
  main()

#include "translator/serialized_listener.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "envoy/config/listener/v3/listener_components.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "mesh/mesh_settings.h"
#include "translator/cidr_range.h"
#include "translator/filter_chain_match.h"
#include "translator/http_connection_manager.h"
#include "translator/serialize.h"
#include "translator/tcp_proxy.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::core::v3::TransportSocket;
using envoy::config::listener::v3::Filter;
using envoy::config::listener::v3::Listener;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using policy::v1::MeshConfig;

template <typename Message>
Message Parsed(const std::string& bytes) {
  Message message;
  REQUIRE(message.ParseFromString(bytes));
  return message;
}

// With settings of all kinds, or none.
MeshConfig ConfigOf(bool full) {
  MeshConfig config = mesh::WithDefaults({});
  if (!full) return config;
  config.set_access_log_file("/dev/stdout");
  config.set_access_log_encoding(MeshConfig::JSON);
  config.mutable_path_normalization()->set_normalization(
      MeshConfig::PathNormalization::DECODE_AND_MERGE_SLASHES);
  return config;
}

// The filter is what protobuf writes, and so is the manager in it.
void CheckHttp(const std::string& bytes) {
  const auto filter = Parsed<Filter>(bytes);
  CHECK(Serialize(filter) == bytes);
  HttpConnectionManager manager;
  REQUIRE(filter.typed_config().UnpackTo(&manager));
  CHECK(manager.http_filters_size() >= 4);
  CHECK(Serialize(manager) == filter.typed_config().value());
}

}  // namespace

TEST_CASE("a listener is the bytes that protobuf writes, whatever stands around its chains") {
  const FilterChain some = {.name = "a", .filter = "", .transport_socket = ""};
  FilterChains chains;
  chains.Add({.destination_port = 80}, some);
  chains.Add({.destination_port = 81}, some);
  std::string fallback;
  AppendTo(fallback, some, "");
  Listener listener;
  const auto check = [&] {
    for (const std::string& last : {std::string(), fallback}) {
      Listener whole = listener;
      whole.MergeFrom(Parsed<Listener>(chains.bytes()));
      if (!last.empty()) CHECK(whole.mutable_default_filter_chain()->ParseFromString(last));
      const auto completed = Complete(listener, chains.bytes(), last);
      CHECK(completed.before + completed.chains + completed.after == Serialize(whole));
      CHECK(completed.name == listener.name());
    }
  };
  check();
  listener.mutable_bind_to_port()->set_value(false);  // behind the default chain
  check();
  listener.set_name("n");
  listener.mutable_address()->mutable_pipe()->set_path("/p");
  check();
  listener.mutable_use_original_dst()->set_value(true);
  listener.add_listener_filters()->set_name("f");
  listener.add_access_log()->set_name("l");
  check();
}

TEST_CASE("a chain is the bytes that protobuf writes") {
  envoy::config::listener::v3::FilterChain chain;
  chain.mutable_transport_socket_connect_timeout()->set_seconds(15);
  auto& filter = *chain.add_filters();
  std::string socket;
  const auto check = [&] {
    std::string bytes;
    const std::string filter_bytes = Serialize(filter);
    const std::string match =
        chain.has_filter_chain_match() ? Serialize(chain.filter_chain_match()) : "";
    const FilterChain parts = {
        .name = chain.name(), .filter = filter_bytes, .transport_socket = socket};
    AppendTo(bytes, parts, match);
    CHECK(bytes == Serialize(chain));
    CHECK(SizeOf(parts, match) == bytes.size());
  };
  check();
  chain.set_name(std::string(200, 'n'));
  filter.set_name("f");
  check();
  socket = NamedConfig("s", TransportSocket::kTypedConfigFieldNumber, filter);
  CHECK(chain.mutable_transport_socket()->ParseFromString(socket));
  chain.mutable_filter_chain_match()->add_server_names("a.example");
  check();
}

TEST_CASE("a match is the bytes that protobuf writes") {
  ConnectionMatch match;
  envoy::config::listener::v3::FilterChainMatch expected;
  CHECK(match.Serialized().empty());
  match.destination_port = 65535;
  expected.mutable_destination_port()->set_value(65535);
  CHECK(match.Serialized() == Serialize(expected));
  match.prefix_ranges = {*ParseCidrRange("10.0.0.0/8"), *ParseCidrRange("::/0")};
  for (const auto& range : match.prefix_ranges) *expected.add_prefix_ranges() = range;
  match.transport_protocol = kTlsTransport;
  expected.set_transport_protocol("tls");
  match.SetAlpn(MeshAlpn());
  for (auto word : MeshAlpn()) expected.add_application_protocols(std::string(word));
  match.server_names = {"a.example", "*.b.example"};
  for (auto name : match.server_names) expected.add_server_names(std::string(name));
  CHECK(match.Serialized() == Serialize(expected));
}

TEST_CASE("HTTP filters are the bytes that protobuf writes, whatever the mesh is set to") {
  for (const bool full : {false, true}) {
    const MeshConfig config = ConfigOf(full);
    ProxyClass proxy;
    proxy.http10 = full;
    InboundRouteOptions routes;
    routes.cluster = "inbound|80||";
    for (const bool grpc_web : {false, true}) {
      CheckHttp(BuildInboundHttp(config, proxy, "in", routes, grpc_web));
      for (const bool on_demand : {false, true}) {
        CheckHttp(BuildOutboundHttp(config, proxy,
                                    {.stat_prefix = "out",
                                     .route_name = "80",
                                     .grpc_web = grpc_web,
                                     .on_demand_hosts = on_demand}));
      }
    }
    const std::string tcp = TcpProxyTo(config, "somewhere");
    CHECK(Serialize(Parsed<Filter>(tcp)) == tcp);
  }
}

TEST_CASE("a connection manager at the edge says what the others say, its own names last") {
  const MeshConfig config = ConfigOf(true);
  const GatewayHttp gateway(config, ProxyClass());
  for (const bool grpc_web : {false, true}) {
    const std::string bytes =
        gateway.Build({.stat_prefix = "https", .route_name = "r", .grpc_web = grpc_web});
    const auto filter = Parsed<Filter>(bytes);
    CHECK(Serialize(filter) == bytes);
    HttpConnectionManager manager;
    REQUIRE(filter.typed_config().UnpackTo(&manager));
    CHECK(manager.stat_prefix() == "https;");
    CHECK(manager.rds().route_config_name() == "r");
    CHECK(manager.rds().config_source().has_ads());
    CHECK(manager.http_filters_size() == (grpc_web ? 5 : 4));
    CHECK(Serialize(manager).size() == filter.typed_config().value().size());
  }
}

}  // namespace binnacle::translator

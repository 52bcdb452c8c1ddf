#include "translator/references.h"

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "translator/message_space.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::TransportSocket;
using envoy::config::listener::v3::FilterChain;
using envoy::config::listener::v3::Listener;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::transport_sockets::tls::v3::CommonTlsContext;
using envoy::extensions::transport_sockets::tls::v3::DownstreamTlsContext;
using envoy::extensions::transport_sockets::tls::v3::SdsSecretConfig;
using envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;

void AddSecret(const SdsSecretConfig& config, References& references) {
  if (config.sds_config().has_ads()) references.secrets.insert(config.name());
}

void AddTls(const CommonTlsContext& tls, References& references) {
  for (const auto& config : tls.tls_certificate_sds_secret_configs()) {
    AddSecret(config, references);
  }
  AddSecret(tls.validation_context_sds_secret_config(), references);
  AddSecret(tls.combined_validation_context().validation_context_sds_secret_config(), references);
}

// Calls f with the message if it is one of those packed there.
template <typename Message, typename F>
void IfPacked(const google::protobuf::Any& packed, F f) {
  if (!packed.Is<Message>()) return;
  MessageSpace space;
  auto& message = space.New<Message>();
  if (packed.UnpackTo(&message)) f(message);
}

void AddSocket(const TransportSocket& socket, References& references) {
  const auto add = [&](const auto& context) { AddTls(context.common_tls_context(), references); };
  IfPacked<DownstreamTlsContext>(socket.typed_config(), add);
  IfPacked<UpstreamTlsContext>(socket.typed_config(), add);
}

void AddManager(const google::protobuf::Any& config, References& references) {
  IfPacked<HttpConnectionManager>(config, [&](const HttpConnectionManager& manager) {
    if (manager.has_rds()) references.routes.insert(manager.rds().route_config_name());
  });
}

void AddChain(const FilterChain& chain, References& references) {
  AddSocket(chain.transport_socket(), references);
  for (const auto& filter : chain.filters()) AddManager(filter.typed_config(), references);
}

void AddCluster(const Cluster& cluster, References& references) {
  if (cluster.type() == Cluster::EDS) {
    const std::string& name = cluster.eds_cluster_config().service_name();
    references.endpoints.insert(name.empty() ? cluster.name() : name);
  }
  AddSocket(cluster.transport_socket(), references);
  for (const auto& match : cluster.transport_socket_matches()) {
    AddSocket(match.transport_socket(), references);
  }
}

void AddListener(const Listener& listener, References& references) {
  for (const auto& chain : listener.filter_chains()) AddChain(chain, references);
  AddChain(listener.default_filter_chain(), references);
  AddManager(listener.api_listener().api_listener(), references);
}

}  // namespace

References ReferencesIn(ResourceType type, absl::string_view message) {
  References references;
  MessageSpace space;
  const auto size = static_cast<int>(message.size());
  if (type == ResourceType::kCluster) {
    auto& cluster = space.New<Cluster>();
    if (cluster.ParseFromArray(message.data(), size)) AddCluster(cluster, references);
  } else if (type == ResourceType::kListener) {
    auto& listener = space.New<Listener>();
    if (listener.ParseFromArray(message.data(), size)) AddListener(listener, references);
  }
  return references;
}

const std::set<std::string>& NamesOf(const References& references, ResourceType type) {
  static const auto& none = *new std::set<std::string>;
  switch (type) {
    case ResourceType::kEndpoint:
      return references.endpoints;
    case ResourceType::kRoute:
      return references.routes;
    case ResourceType::kSecret:
      return references.secrets;
    default:
      return none;
  }
}

}  // namespace binnacle::translator

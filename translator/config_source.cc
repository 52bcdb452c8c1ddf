#include "translator/config_source.h"

namespace binnacle::translator {

using envoy::config::core::v3::ApiConfigSource;
using envoy::config::core::v3::ApiVersion;
using envoy::config::core::v3::ConfigSource;

ConfigSource AdsConfigSource() {
  ConfigSource source;
  SetAds(source);
  return source;
}

void SetAds(ConfigSource& source) {
  source.mutable_ads();
  source.mutable_initial_fetch_timeout();
  source.set_resource_api_version(ApiVersion::V3);
}

void SetAdsOnDemand(ConfigSource& source) {
  SetAds(source);
  // Not 0, which is for ever. Envoy has no word for "not at all".
  constexpr int kMillisecond = 1000000;
  source.mutable_initial_fetch_timeout()->set_nanos(kMillisecond);
}

ConfigSource AgentConfigSource() {
  ConfigSource source;
  SetAgent(source);
  return source;
}

void SetAgent(ConfigSource& source) {
  ApiConfigSource& api = *source.mutable_api_config_source();
  api.set_api_type(ApiConfigSource::GRPC);
  api.set_transport_api_version(ApiVersion::V3);
  api.set_set_node_on_first_message_only(true);
  api.add_grpc_services()->mutable_envoy_grpc()->set_cluster_name("sds-grpc");
  source.mutable_initial_fetch_timeout();
  source.set_resource_api_version(ApiVersion::V3);
}

}  // namespace binnacle::translator

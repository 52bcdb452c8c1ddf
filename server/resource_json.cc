#include "server/resource_json.h"

#include <memory>
#include <string>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;
using translator::ResourceType;

std::unique_ptr<google::protobuf::Message> NewMessage(ResourceType type) {
  switch (type) {
    case ResourceType::kCluster:
      return std::make_unique<envoy::config::cluster::v3::Cluster>();
    case ResourceType::kEndpoint:
      return std::make_unique<envoy::config::endpoint::v3::ClusterLoadAssignment>();
    case ResourceType::kListener:
      return std::make_unique<envoy::config::listener::v3::Listener>();
    case ResourceType::kRoute:
      return std::make_unique<envoy::config::route::v3::RouteConfiguration>();
    case ResourceType::kVirtualHost:
      return std::make_unique<envoy::config::route::v3::VirtualHost>();
    case ResourceType::kSecret:
      break;  // has private keys: never shown
  }
  return nullptr;
}

Json Unshown(const translator::Resource& resource, const std::string& why) {
  return {{"name", resource.name()}, {"error", why}};
}

}  // namespace

Json ResourceJson(const translator::Resource& resource) {
  const auto message = NewMessage(resource.type());
  if (message == nullptr) return Unshown(resource, "secrets are not shown");
  if (!message->ParseFromArray(resource.message().data(),
                               static_cast<int>(resource.message().size()))) {
    return Unshown(resource, "it does not parse");
  }
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(*message, &text, options);
  if (!status.ok()) return Unshown(resource, std::string(status.message()));
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? Unshown(resource, "it has no JSON form") : json;
}

}  // namespace binnacle::server

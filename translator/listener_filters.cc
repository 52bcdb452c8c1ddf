#include "translator/listener_filters.h"

#include "envoy/extensions/filters/listener/http_inspector/v3/http_inspector.pb.h"
#include "envoy/extensions/filters/listener/original_dst/v3/original_dst.pb.h"
#include "envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.pb.h"
#include "translator/typed_config.h"

namespace binnacle::translator {

using envoy::config::listener::v3::Listener;
using envoy::config::listener::v3::ListenerFilter;
using envoy::config::listener::v3::ListenerFilterChainMatchPredicate;

namespace {

// Lives for ever.
const ListenerFilter& Named(absl::string_view name, const google::protobuf::Message& config) {
  auto& filter = *new ListenerFilter;
  filter.set_name(std::string(name));
  SetTypedConfig(config, *filter.mutable_typed_config());
  return filter;
}

void SetPort(uint32_t port, ListenerFilterChainMatchPredicate& predicate) {
  predicate.mutable_destination_port_range()->set_start(static_cast<int32_t>(port));
  predicate.mutable_destination_port_range()->set_end(static_cast<int32_t>(port) + 1);
}

// `ports` is not empty. An or_match needs two rules or more.
void SetPorts(const std::vector<uint32_t>& ports, ListenerFilterChainMatchPredicate& predicate) {
  if (ports.size() == 1) {
    SetPort(ports[0], predicate);
    return;
  }
  for (uint32_t port : ports) SetPort(port, *predicate.mutable_or_match()->add_rules());
}

}  // namespace

const ListenerFilter& OriginalDst() {
  static const ListenerFilter& filter =
      Named("envoy.filters.listener.original_dst",
            envoy::extensions::filters::listener::original_dst::v3::OriginalDst());
  return filter;
}

const ListenerFilter& TlsInspector() {
  static const ListenerFilter& filter =
      Named("envoy.filters.listener.tls_inspector",
            envoy::extensions::filters::listener::tls_inspector::v3::TlsInspector());
  return filter;
}

const ListenerFilter& HttpInspector() {
  static const ListenerFilter& filter =
      Named("envoy.filters.listener.http_inspector",
            envoy::extensions::filters::listener::http_inspector::v3::HttpInspector());
  return filter;
}

void DisableOnPorts(const std::vector<uint32_t>& ports, ListenerFilter& filter) {
  if (!ports.empty()) SetPorts(ports, *filter.mutable_filter_disabled());
}

void EnableOnlyOnPorts(const std::vector<uint32_t>& ports, ListenerFilter& filter) {
  if (ports.empty()) {
    filter.mutable_filter_disabled()->set_any_match(true);
  } else {
    SetPorts(ports, *filter.mutable_filter_disabled()->mutable_not_match());
  }
}

void AddInspectors(const FilterChains& chains, Listener& listener) {
  if (chains.needs_tls_inspector()) *listener.add_listener_filters() = TlsInspector();
  if (chains.needs_http_inspector()) *listener.add_listener_filters() = HttpInspector();
}

void SetDetectionTimeout(const policy::v1::MeshConfig& config, Listener& listener) {
  *listener.mutable_listener_filters_timeout() = config.protocol_detection_timeout();
  listener.set_continue_on_listener_filters_timeout(true);
}

}  // namespace binnacle::translator

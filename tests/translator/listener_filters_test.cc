#include "translator/listener_filters.h"

#include <catch2/catch.hpp>

namespace binnacle::translator {

TEST_CASE("a filter that no port is to be spared has no predicate") {
  auto filter = TlsInspector();
  DisableOnPorts({}, filter);
  CHECK_FALSE(filter.has_filter_disabled());
}

TEST_CASE("one port needs no list") {
  auto filter = HttpInspector();
  DisableOnPorts({15006}, filter);
  CHECK(filter.filter_disabled().destination_port_range().start() == 15006);
  CHECK(filter.filter_disabled().destination_port_range().end() == 15007);
}

TEST_CASE("several ports are alternatives, and may be all that are looked at") {
  auto filter = TlsInspector();
  DisableOnPorts({1, 2, 3}, filter);
  CHECK(filter.filter_disabled().or_match().rules_size() == 3);
  filter = TlsInspector();
  EnableOnlyOnPorts({1, 2}, filter);
  CHECK(filter.filter_disabled().not_match().or_match().rules_size() == 2);
  filter = TlsInspector();
  EnableOnlyOnPorts({}, filter);
  CHECK(filter.filter_disabled().any_match());
}

TEST_CASE("detection goes on without a verdict once its time is over") {
  policy::v1::MeshConfig config;
  envoy::config::listener::v3::Listener listener;
  SetDetectionTimeout(config, listener);
  CHECK(listener.has_listener_filters_timeout());
  CHECK(listener.listener_filters_timeout().seconds() == 0);
  CHECK(listener.continue_on_listener_filters_timeout());
  config.mutable_protocol_detection_timeout()->set_seconds(5);
  SetDetectionTimeout(config, listener);
  CHECK(listener.listener_filters_timeout().seconds() == 5);
}

}  // namespace binnacle::translator

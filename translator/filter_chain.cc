#include "translator/filter_chain.h"

#include <string>
#include <utility>

namespace binnacle::translator {

using envoy::config::listener::v3::Filter;
using envoy::config::listener::v3::FilterChain;

namespace {

// A TLS handshake that takes longer is given up.
constexpr int kConnectSeconds = 15;

}  // namespace

FilterChain NewFilterChain(absl::string_view name) {
  FilterChain chain;
  chain.set_name(std::string(name));
  chain.mutable_transport_socket_connect_timeout()->set_seconds(kConnectSeconds);
  return chain;
}

FilterChain NewFilterChain(absl::string_view name, Filter filter) {
  FilterChain chain = NewFilterChain(name);
  *chain.add_filters() = std::move(filter);
  return chain;
}

}  // namespace binnacle::translator

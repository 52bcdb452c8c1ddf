#include "translator/listener_keepalive.h"

#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::translator {

using envoy::config::core::v3::SocketOption;
using envoy::config::listener::v3::Listener;

namespace {

// As Linux numbers them; the proxy's machine counts, not ours.
constexpr int kSocketLevel = 1;
constexpr int kKeepalive = 9;
constexpr int kTcpLevel = 6;
constexpr int kKeepIdle = 4;
constexpr int kKeepInterval = 5;
constexpr int kKeepCount = 6;

void Add(absl::string_view what, int level, int name, int64_t value, Listener& listener) {
  SocketOption& option = *listener.add_socket_options();
  option.set_description(std::string(what));
  option.set_level(level);
  option.set_name(name);
  option.set_int_value(value);
  option.set_state(SocketOption::STATE_PREBIND);
}

}  // namespace

void SetKeepalive(const policy::v1::MeshConfig& config, Listener& listener) {
  if (!config.has_tcp_keepalive()) return;
  const auto& keepalive = config.tcp_keepalive();
  Add("keepalive", kSocketLevel, kKeepalive, 1, listener);
  if (keepalive.probes() > 0) {
    Add("keepalive probes", kTcpLevel, kKeepCount, keepalive.probes(), listener);
  }
  if (keepalive.time().seconds() > 0) {
    Add("keepalive time", kTcpLevel, kKeepIdle, keepalive.time().seconds(), listener);
  }
  if (keepalive.interval().seconds() > 0) {
    Add("keepalive interval", kTcpLevel, kKeepInterval, keepalive.interval().seconds(), listener);
  }
}

}  // namespace binnacle::translator

#include "translator/socket_address.h"

#include <string>

#include "absl/strings/strip.h"

namespace binnacle::translator {

using envoy::config::core::v3::Address;

absl::string_view WildcardAddress(const ProxyClass& proxy) {
  return proxy.ipv6_only ? "::" : "0.0.0.0";
}

void SetSocketAddress(absl::string_view ip, uint32_t port, Address& address) {
  address.mutable_socket_address()->set_address(std::string(ip));
  address.mutable_socket_address()->set_port_value(port);
}

Address SocketAddress(absl::string_view ip, uint32_t port) {
  Address address;
  SetSocketAddress(ip, port, address);
  return address;
}

Address BindAddress(absl::string_view bind, uint32_t port) {
  if (!absl::ConsumePrefix(&bind, "unix://")) return SocketAddress(bind, port);
  Address address;
  address.mutable_pipe()->set_path(std::string(bind));
  return address;
}

}  // namespace binnacle::translator

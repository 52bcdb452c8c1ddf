// translator/socket_address.h
//
// Addresses that listeners stand on.
//
// Threads  pure.
// Spec     Envoy v3 Address.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "envoy/config/core/v3/address.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// "0.0.0.0", or "::" where there is no IPv4.
absl::string_view WildcardAddress(const ProxyClass& proxy);

envoy::config::core::v3::Address SocketAddress(absl::string_view ip, uint32_t port);
// The same, in its place; `address` is empty.
void SetSocketAddress(absl::string_view ip, uint32_t port,
                      envoy::config::core::v3::Address& address);

// "unix:///run/x" and "unix://@abstract" become pipes, anything else an IP.
envoy::config::core::v3::Address BindAddress(absl::string_view bind, uint32_t port);

}  // namespace binnacle::translator

#include "agent/envoy_admin.h"

#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "httplib.h"

namespace binnacle::agent {
namespace {

httplib::Client Connection(const HostPort& address) {
  httplib::Client client(address.host, address.port);
  client.set_connection_timeout(std::chrono::seconds(1));
  client.set_read_timeout(std::chrono::seconds(1));
  return client;
}

}  // namespace

absl::Status EnvoyAdmin::Ready() const {
  const auto result = Connection(address_).Get("/ready");
  if (!result) return absl::UnavailableError("Envoy does not answer yet");
  const absl::string_view state = absl::StripAsciiWhitespace(result->body);
  if (result->status == 200 && state == "LIVE") return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("Envoy is ", state));
}

absl::Status EnvoyAdmin::Drain(bool inbound_only) const {
  httplib::Client client = Connection(address_);
  const char* listeners =
      inbound_only ? "/drain_listeners?inboundonly&graceful" : "/drain_listeners?graceful";
  for (const char* path : {"/healthcheck/fail", listeners}) {
    const auto result = client.Post(path);
    if (!result || result->status != 200) {
      return absl::UnavailableError(
          absl::StrCat("Envoy does not answer ", path, " on ", address_.ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace binnacle::agent

#include "server/host_port.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace binnacle::server {

std::string HostPort::ToString() const {
  const bool v6 = absl::StrContains(host, ':');
  return absl::StrCat(v6 ? "[" : "", host, v6 ? "]" : "", ":", port);
}

absl::StatusOr<HostPort> ParseHostPort(const std::string& text) {
  const size_t colon = text.rfind(':');
  HostPort parts;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(absl::string_view(text).substr(colon + 1), &parts.port) || parts.port < 0 ||
      parts.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no HOST:PORT, as in 127.0.0.1:15014"));
  }
  parts.host = text.substr(0, colon);
  if (absl::StartsWith(parts.host, "[") && absl::EndsWith(parts.host, "]")) {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  }
  if (parts.host.empty()) parts.host = "127.0.0.1";
  return parts;
}

}  // namespace binnacle::server

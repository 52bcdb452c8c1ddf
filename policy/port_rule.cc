#include "policy/port_rule.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/nearest_word.h"

namespace binnacle::policy {
namespace {

using Words = absl::Span<const absl::string_view>;

constexpr absl::string_view kHttpFamily[] = {"HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"};
constexpr absl::string_view kTlsFamily[] = {"HTTPS", "TLS"};
constexpr absl::string_view kGatewayWords[] = {"HTTP",  "HTTPS", "GRPC", "GRPC-WEB", "HTTP2",
                                               "MONGO", "TCP",   "TLS",  "MYSQL",    "REDIS"};
constexpr absl::string_view kServiceWords[] = {"HTTP",  "HTTP2", "GRPC",  "GRPC-WEB",
                                               "HTTPS", "TLS",   "TCP",   "UDP",
                                               "MONGO", "REDIS", "MYSQL", "HTTP_PROXY"};

bool IsOneOf(absl::string_view word, Words words) {
  return std::any_of(words.begin(), words.end(), [word](absl::string_view known) {
    return absl::EqualsIgnoreCase(word, known);
  });
}

Verdict CheckWord(absl::string_view protocol, Words words) {
  if (IsOneOf(protocol, words)) return std::nullopt;
  return Complaint{"bad-protocol",
                   absl::StrCat("\"", protocol.substr(0, 80), "\" is not a protocol; allowed are ",
                                absl::StrJoin(words, ", ")),
                   DidYouMean(protocol, words)};
}

}  // namespace

Verdict CheckPort(int64_t port) {
  if (port >= 1 && port <= 65535) return std::nullopt;
  return Complaint{"bad-port", absl::StrCat(port, " is not a port: 1 to 65535"), ""};
}

bool IsHttpProtocol(absl::string_view protocol) { return IsOneOf(protocol, kHttpFamily); }
bool IsTlsProtocol(absl::string_view protocol) { return IsOneOf(protocol, kTlsFamily); }

Verdict CheckGatewayProtocol(absl::string_view protocol) {
  return CheckWord(protocol, kGatewayWords);
}

Verdict CheckServiceProtocol(absl::string_view protocol) {
  if (protocol.empty()) return std::nullopt;
  return CheckWord(protocol, kServiceWords);
}

}  // namespace binnacle::policy

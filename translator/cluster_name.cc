#include "translator/cluster_name.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace binnacle::translator {
namespace {

// "80" `split` "v1" `split` "host": the first two splits count, since a host
// may hold anything after them.
std::optional<OutboundName> ParseParts(absl::string_view rest, absl::string_view split) {
  const size_t first = rest.find(split);
  if (first == absl::string_view::npos) return std::nullopt;
  const size_t after_port = first + split.size();
  const size_t second = rest.find(split, after_port);
  if (second == absl::string_view::npos) return std::nullopt;
  OutboundName name;
  if (!absl::SimpleAtoi(rest.substr(0, first), &name.port)) return std::nullopt;
  name.subset = rest.substr(after_port, second - after_port);
  name.host = rest.substr(second + split.size());
  if (name.port == 0 || name.port > 65535 || name.host.empty()) return std::nullopt;
  return name;
}

}  // namespace

std::string OutboundClusterName(uint32_t port, absl::string_view subset, absl::string_view host) {
  return absl::StrCat("outbound|", port, "|", subset, "|", host);
}

std::string SniDnatClusterName(uint32_t port, absl::string_view subset, absl::string_view host) {
  return absl::StrCat("outbound_.", port, "_.", subset, "_.", host);
}

std::string InboundClusterName(uint32_t port) { return absl::StrCat("inbound|", port, "||"); }

std::optional<OutboundName> ParseOutboundClusterName(absl::string_view name) {
  if (absl::ConsumePrefix(&name, "outbound|")) return ParseParts(name, "|");
  if (absl::ConsumePrefix(&name, "outbound_.")) return ParseParts(name, "_.");
  return std::nullopt;
}

}  // namespace binnacle::translator

#include "translator/source_match.h"

#include <algorithm>
#include <string>

#include "mesh/gateway_name.h"

namespace binnacle::translator {
namespace {

using policy::v1::HttpMatchRequest;

bool NamesOneOf(const HttpMatchRequest& match, absl::string_view ns,
                absl::Span<const absl::string_view> gateways) {
  for (const std::string& written : match.gateways()) {
    const std::string name = mesh::ResolveGatewayName(written, ns);
    if (std::find(gateways.begin(), gateways.end(), name) != gateways.end()) return true;
  }
  return false;
}

bool HasLabels(const HttpMatchRequest& match, const policy::Labels& labels) {
  return std::all_of(match.source_labels().begin(), match.source_labels().end(),
                     [&](const auto& wanted) {
                       auto it = labels.find(wanted.first);
                       return it != labels.end() && it->second == wanted.second;
                     });
}

}  // namespace

bool SourceMatches(const RouteContext& context, const HttpMatchRequest& match,
                   absl::string_view ns) {
  if (match.port() != 0 && match.port() != context.port) return false;
  if (!match.gateways().empty()) return NamesOneOf(match, ns, context.gateways);
  if (!match.source_namespace().empty() && match.source_namespace() != context.proxy.ns) {
    return false;
  }
  return match.source_labels().empty() || HasLabels(match, context.proxy.labels);
}

}  // namespace binnacle::translator

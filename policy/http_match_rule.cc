#include "policy/http_match_rule.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "policy/host.h"
#include "policy/http_header_rule.h"
#include "policy/label_rule.h"
#include "policy/port_rule.h"
#include "policy/regex_rule.h"

namespace binnacle::policy {
namespace {

using Routes = google::protobuf::RepeatedPtrField<v1::HttpRoute>;
using MatchMap = google::protobuf::Map<std::string, v1::StringMatch>;

enum class EmptyPrefix { kAllowed, kRefused };

void CheckStringMatch(const v1::StringMatch& match, EmptyPrefix empty_prefix, const Place& at) {
  if (match.match_type_case() == v1::StringMatch::kRegex) {
    at.Field("regex").Check(CheckRegex(match.regex()));
  }
  if (match.match_type_case() == v1::StringMatch::kPrefix && match.prefix().empty() &&
      empty_prefix == EmptyPrefix::kRefused) {
    at.Field("prefix").Error("missing-field", "an empty prefix would match anything: leave it out");
  }
}

// A header with nothing set, or the regex "*", asks only for its presence.
void CheckHeaderMatch(const v1::StringMatch& match, const Place& at) {
  if (match.match_type_case() == v1::StringMatch::kRegex && match.regex() == "*") return;
  CheckStringMatch(match, EmptyPrefix::kRefused, at);
}

void CheckHeaders(const MatchMap& headers, HttpMatchContext context, absl::string_view field,
                  const Place& at) {
  for (const auto& [name, match] : headers) {
    const Place entry = at.Entry(field, name);
    if (absl::StartsWith(name, "@")) {
      if (!IsJwtClaimName(name)) {
        entry.Error("bad-header-name", absl::StrCat("\"", name.substr(0, 80),
                                                    "\": a token's claim is named "
                                                    "@request.auth.claims.<name>"));
      } else if (!context.gateways_only) {
        entry.Error("bad-header-name", "claims of tokens can be compared at gateways only");
      }
    } else {
      entry.Check(CheckMatchedHeaderName(name));
    }
    CheckHeaderMatch(match, entry);
  }
}

void CheckQueryParameters(const MatchMap& parameters, const Place& at) {
  for (const auto& [name, match] : parameters) {
    const Place entry = at.Entry("queryParams", name);
    if (name.empty()) entry.Error("missing-field", "a query parameter needs a name");
    CheckHeaderMatch(match, entry);
  }
}

// "legacy" names, "gateway.ns.svc.cluster.local", are from before namespaces.
void CheckGatewayName(absl::string_view name, const Place& at) {
  if (name == "mesh") return;
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() == 1 && absl::StrContains(name, '.')) {
    if (at.Check(CheckFqdn(name))) {
      at.Warn("deprecated-word", "dotted names of gateways are deprecated",
              "write \"<namespace>/<name>\"");
    }
    return;
  }
  if (parts.size() > 2) {
    at.Error("bad-name", absl::StrCat("\"", name.substr(0, 80),
                                      "\": a gateway is named <namespace>/<name> or <name>"));
    return;
  }
  for (absl::string_view part : parts) {
    if (!at.Check(CheckDnsLabel(part))) return;
  }
}

// Equal messages give equal bytes.
std::string Fingerprint(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

v1::HttpMatchRequest Conditions(v1::HttpMatchRequest match) {
  match.clear_name();
  match.clear_stat_prefix();
  return match;
}

// The matches seen so far: whole ones, and prefixes by their other conditions.
class EarlierMatches {
 public:
  // A sentence when no request can come to `match`, else "".
  std::string WhyUnreachable(const v1::HttpMatchRequest& match) {
    v1::HttpMatchRequest conditions = Conditions(match);
    if (!whole_.insert(Fingerprint(conditions)).second) {
      return "the same conditions stand in an earlier match, so this one is never reached";
    }
    if (!match.uri().has_prefix()) return "";
    const absl::string_view prefix = match.uri().prefix();
    conditions.clear_uri();
    auto& shorter = prefixes_[Fingerprint(conditions)];
    for (size_t length = 0; length < prefix.size(); ++length) {
      const absl::string_view earlier = prefix.substr(0, length);
      if (!shorter.contains(earlier)) continue;
      return absl::StrCat("the earlier prefix \"", earlier, "\" takes what \"", prefix,
                          "\" would match, so this one is never reached");
    }
    shorter.emplace(prefix);
    return "";
  }

 private:
  absl::flat_hash_set<std::string> whole_;
  absl::flat_hash_map<std::string, absl::flat_hash_set<std::string>> prefixes_;
};

}  // namespace

void CheckHttpMatch(const v1::HttpMatchRequest& match, HttpMatchContext context, const Place& at) {
  if (match.has_uri()) CheckStringMatch(match.uri(), EmptyPrefix::kAllowed, at.Field("uri"));
  if (match.has_scheme())
    CheckStringMatch(match.scheme(), EmptyPrefix::kRefused, at.Field("scheme"));
  if (match.has_method())
    CheckStringMatch(match.method(), EmptyPrefix::kRefused, at.Field("method"));
  if (match.has_authority()) {
    CheckStringMatch(match.authority(), EmptyPrefix::kRefused, at.Field("authority"));
  }
  CheckHeaders(match.headers(), context, "headers", at);
  CheckHeaders(match.without_headers(), context, "withoutHeaders", at);
  CheckQueryParameters(match.query_params(), at);
  if (match.port() != 0) at.Field("port").Check(CheckPort(match.port()));
  CheckLabels(match.source_labels(), at, "sourceLabels");
  if (!match.source_namespace().empty()) {
    at.Field("sourceNamespace").Check(CheckDnsLabel(match.source_namespace()));
  }
  CheckGatewayNames(match.gateways(), at);
}

void CheckGatewayNames(const google::protobuf::RepeatedPtrField<std::string>& gateways,
                       const Place& at) {
  for (int i = 0; i < gateways.size(); ++i) {
    CheckGatewayName(gateways[i], at.Field("gateways", i));
  }
}

void WarnOfUnreachable(const Routes& routes, const Place& spec) {
  EarlierMatches earlier;
  int catch_all = -1;
  for (int i = 0; i < routes.size(); ++i) {
    const Place at = spec.Field("http", i);
    if (catch_all >= 0) {
      at.Warn("unreachable-rule", absl::StrCat("http[", catch_all,
                                               "] has no match and takes every request, so this "
                                               "rule is never reached"));
      continue;
    }
    for (int j = 0; j < routes[i].match_size(); ++j) {
      const std::string why = earlier.WhyUnreachable(routes[i].match(j));
      if (!why.empty()) at.Field("match", j).Warn("unreachable-rule", why);
    }
    if (routes[i].match().empty()) catch_all = i;
  }
}

}  // namespace binnacle::policy

#include "server/service_host.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "policy/nearest_word.h"

namespace binnacle::server {
namespace {

constexpr size_t kNamed = 5;

// "reviews" and "reviews.default" are for "reviews.default.svc.cluster.local".
bool Begins(absl::string_view host, absl::string_view name) {
  return absl::ConsumePrefix(&host, name) && absl::StartsWith(host, ".");
}

// As many of the first labels as `like` has.
absl::string_view FirstLabels(absl::string_view host, absl::string_view like) {
  size_t end = 0;
  for (auto left = absl::c_count(like, '.') + 1; left > 0; --left) {
    end = host.find('.', end + (end > 0 ? 1 : 0));
    if (end == absl::string_view::npos) return host;
  }
  return host.substr(0, end);
}

}  // namespace

absl::StatusOr<std::string> FindServiceHost(absl::string_view written, absl::string_view client_ns,
                                            const std::vector<std::string>& hosts) {
  std::string name = absl::AsciiStrToLower(absl::StripSuffix(written, "."));
  if (absl::c_linear_search(hosts, name)) return name;
  std::vector<std::string> fitting;
  absl::c_copy_if(hosts, std::back_inserter(fitting),
                  [&](const std::string& host) { return Begins(host, name); });
  if (fitting.size() == 1) return fitting[0];
  for (const std::string& host : fitting) {
    if (!client_ns.empty() && Begins(host, absl::StrCat(name, ".", client_ns, ".svc"))) return host;
  }
  if (fitting.empty()) {
    const auto close = CloseHosts(name, hosts);
    return absl::NotFoundError(
        absl::StrCat("there is no service \"", written, "\"",
                     close.empty() ? "" : absl::StrCat(" (did you mean ", close[0], "?)")));
  }
  const size_t named = std::min(fitting.size(), kNamed);
  return absl::NotFoundError(absl::StrCat(
      "\"", written, "\" may be any of ", absl::StrJoin(absl::MakeSpan(fitting).first(named), ", "),
      fitting.size() > named ? " and others" : "", ": say more of its name"));
}

std::vector<std::string> CloseHosts(absl::string_view name, const std::vector<std::string>& hosts) {
  std::vector<std::string> close;
  std::vector<absl::string_view> words;
  words.reserve(hosts.size());
  for (const std::string& host : hosts) words.push_back(FirstLabels(host, name));
  const absl::string_view nearest = policy::NearestWord(name, words);
  for (size_t i = 0; i < hosts.size() && close.size() < kNamed; ++i) {
    if (!nearest.empty() && words[i] == nearest) close.push_back(hosts[i]);
  }
  for (const std::string& host : hosts) {
    if (close.size() == kNamed) break;
    if (absl::StrContains(host, name) && !absl::c_linear_search(close, host)) close.push_back(host);
  }
  return close;
}

}  // namespace binnacle::server

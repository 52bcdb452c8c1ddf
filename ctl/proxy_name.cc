#include "ctl/proxy_name.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "ctl/json_field.h"
#include "policy/nearest_word.h"

namespace binnacle::ctl {
namespace {

// As many candidates as a message names.
constexpr size_t kNamed = 5;

// How well a name fits; the better fit wins over any number of worse ones.
enum class Fit { kNone, kPart, kPod, kShortName, kNodeId };

Fit FitOf(absl::string_view name, absl::string_view proxy) {
  const absl::string_view brief = ShortProxyName(proxy);
  if (name == proxy) return Fit::kNodeId;
  if (ShortProxyName(name) == brief) return Fit::kShortName;
  if (name == brief.substr(0, brief.rfind('.'))) return Fit::kPod;
  return absl::StrContains(brief, name) ? Fit::kPart : Fit::kNone;
}

std::string Some(const std::vector<absl::string_view>& names) {
  const size_t named = std::min(names.size(), kNamed);
  std::string list = absl::StrJoin(absl::MakeSpan(names).first(named), ", ");
  if (names.size() > named) absl::StrAppend(&list, " and ", names.size() - named, " more");
  return list;
}

std::vector<absl::string_view> ShortNames(const std::vector<std::string>& proxies) {
  std::vector<absl::string_view> names;
  names.reserve(proxies.size());
  for (const std::string& proxy : proxies) names.push_back(ShortProxyName(proxy));
  return names;
}

absl::Status Unknown(absl::string_view name, const std::vector<std::string>& proxies) {
  if (proxies.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no proxy \"", name, "\": no proxy at all is connected"));
  }
  const std::vector<absl::string_view> known = ShortNames(proxies);
  const std::string remedy = policy::DidYouMean(name, known);
  return absl::NotFoundError(
      absl::StrCat("no proxy \"", name, "\" is connected; ",
                   remedy.empty() ? absl::StrCat("connected are ", Some(known)) : remedy));
}

}  // namespace

absl::string_view ShortProxyName(absl::string_view proxy) {
  const std::vector<absl::string_view> parts = absl::StrSplit(proxy, '~');
  return parts.size() == 4 && !parts[2].empty() ? parts[2] : proxy;
}

absl::StatusOr<std::string> ResolveProxy(absl::string_view name,
                                         const std::vector<std::string>& proxies) {
  Fit best = Fit::kPart;
  std::vector<std::string> fitting;
  for (const std::string& id : proxies) {
    const Fit fit = name.empty() ? Fit::kNone : FitOf(name, id);
    if (fit < best) continue;
    if (fit > best) fitting.clear();
    best = fit;
    fitting.push_back(id);
  }
  if (fitting.size() == 1) return fitting[0];
  if (fitting.empty()) return Unknown(name, proxies);
  if (best < Fit::kShortName) {
    return absl::NotFoundError(absl::StrCat("\"", name, "\" may be any of ",
                                            Some(ShortNames(fitting)), "; say more of its name"));
  }
  return absl::NotFoundError(absl::StrCat("\"", name, "\" may be any of ",
                                          Some({fitting.begin(), fitting.end()}),
                                          "; name it by its node id"));
}

absl::StatusOr<Json> ListProxies(const AdminClient& client) {
  absl::StatusOr<Json> proxies = client.Get("/debug/proxies");
  if (!proxies.ok()) return proxies.status();
  if (!proxies->is_array()) *proxies = Json::array();
  std::stable_sort(proxies->begin(), proxies->end(), [](const Json& a, const Json& b) {
    const std::string one = Text(a, "proxy"), other = Text(b, "proxy");
    return ShortProxyName(one) < ShortProxyName(other);
  });
  return proxies;
}

std::vector<std::string> ProxyNames(const Json& proxies) {
  std::vector<std::string> ids;
  for (const Json& proxy : proxies) ids.push_back(Text(proxy, "proxy"));
  return ids;
}

}  // namespace binnacle::ctl

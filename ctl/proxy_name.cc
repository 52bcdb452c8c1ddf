#include "ctl/proxy_name.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ctl/json_field.h"
#include "policy/nearest_word.h"

namespace binnacle::ctl {
namespace {

// As many candidates as a message names.
constexpr size_t kNamed = 5;

// How well a name fits; the better fit wins over any number of worse ones.
enum class Fit { kNone, kPart, kPod, kShortName, kNodeId };

Fit FitOf(absl::string_view name, absl::string_view node_id) {
  const absl::string_view brief = ShortProxyName(node_id);
  if (name == node_id) return Fit::kNodeId;
  if (ShortProxyName(name) == brief) return Fit::kShortName;
  if (name == brief.substr(0, brief.rfind('.'))) return Fit::kPod;
  return absl::StrContains(brief, name) ? Fit::kPart : Fit::kNone;
}

std::string Some(const std::vector<std::string>& node_ids) {
  const size_t named = std::min(node_ids.size(), kNamed);
  const auto brief = [](std::string* out, const std::string& id) {
    absl::StrAppend(out, ShortProxyName(id));
  };
  std::string list =
      absl::StrJoin(node_ids.begin(), node_ids.begin() + static_cast<long>(named), ", ", brief);
  if (node_ids.size() > named) absl::StrAppend(&list, " and ", node_ids.size() - named, " more");
  return list;
}

absl::Status Unknown(absl::string_view name, const std::vector<std::string>& node_ids) {
  if (node_ids.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no proxy \"", name, "\": no proxy at all is connected"));
  }
  std::vector<absl::string_view> brief;
  for (const std::string& id : node_ids) brief.push_back(ShortProxyName(id));
  const std::string remedy = policy::DidYouMean(name, brief);
  return absl::NotFoundError(
      absl::StrCat("no proxy \"", name, "\" is connected; ",
                   remedy.empty() ? absl::StrCat("there are ", Some(node_ids)) : remedy));
}

}  // namespace

absl::string_view ShortProxyName(absl::string_view node_id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(node_id, '~');
  return parts.size() == 4 && !parts[2].empty() ? parts[2] : node_id;
}

absl::StatusOr<std::string> ResolveProxy(absl::string_view name,
                                         const std::vector<std::string>& node_ids) {
  Fit best = Fit::kPart;
  std::vector<std::string> fitting;
  for (const std::string& id : node_ids) {
    const Fit fit = name.empty() ? Fit::kNone : FitOf(name, id);
    if (fit < best) continue;
    if (fit > best) fitting.clear();
    best = fit;
    fitting.push_back(id);
  }
  if (fitting.size() == 1) return fitting[0];
  if (fitting.empty()) return Unknown(name, node_ids);
  return absl::NotFoundError(absl::StrCat(
      "\"", name, "\" may be any of ", Some(fitting),
      best >= Fit::kShortName ? "; name it by its node id" : "; say more of its name"));
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

std::vector<std::string> NodeIds(const Json& proxies) {
  std::vector<std::string> ids;
  for (const Json& proxy : proxies) ids.push_back(Text(proxy, "proxy"));
  return ids;
}

}  // namespace binnacle::ctl

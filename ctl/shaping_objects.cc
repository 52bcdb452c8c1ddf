#include "ctl/shaping_objects.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ctl/cluster_words.h"
#include "ctl/json_field.h"
#include "ctl/origin_text.h"

namespace binnacle::ctl {
namespace {

// Whether the object's `host` is the domain: by its whole name, or by a short
// one, which means a service of the object's own namespace.
bool NamesDomain(absl::string_view host, absl::string_view ns, const std::string& domain) {
  if (absl::StrContains(host, '.') || host == "*") return absl::EqualsIgnoreCase(host, domain);
  return MeansHost(absl::StrCat(host, ".", ns), domain);
}

bool NamesAny(const std::vector<std::string>& hosts, absl::string_view ns, const Json& domains) {
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& host) {
    return std::any_of(domains.begin(), domains.end(), [&](const Json& domain) {
      return domain.is_string() && NamesDomain(host, ns, domain.get_ref<const std::string&>());
    });
  });
}

}  // namespace

ShapingObjects::ShapingObjects(const Json& objects) {
  for (const Json& object : objects) {
    const std::string place = OriginText(object);
    Known known{
        absl::StrCat(ObjectName(object), " (", place, ")"), Text(object, "metadata.namespace"), {}};
    for (const Json& host : Field(object, "spec.hosts")) {
      if (host.is_string()) known.hosts.push_back(host.get<std::string>());
    }
    by_place_.emplace(place, std::move(known));
  }
}

std::string ShapingObjects::Of(const Json& resource) const {
  std::vector<std::string> shown;
  for (const Json& origin : Field(resource, "origins")) {
    if (!origin.is_string()) continue;
    const auto known = by_place_.find(origin.get_ref<const std::string&>());
    if (known != by_place_.end()) shown.push_back(known->second.shown);
  }
  return absl::StrJoin(shown, ", ");
}

std::string ShapingObjects::OfHosts(const Json& resource, const Json& domains) const {
  std::vector<std::string> shown;
  for (const Json& origin : Field(resource, "origins")) {
    if (!origin.is_string()) continue;
    const auto known = by_place_.find(origin.get_ref<const std::string&>());
    if (known == by_place_.end() || !NamesAny(known->second.hosts, known->second.ns, domains))
      continue;
    shown.push_back(known->second.shown);
  }
  return absl::StrJoin(shown, ", ");
}

}  // namespace binnacle::ctl

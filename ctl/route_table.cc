#include "ctl/route_table.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ctl/cluster_words.h"
#include "ctl/json_field.h"
#include "ctl/string_matcher_text.h"

namespace binnacle::ctl {
namespace {

std::string PathMatch(const Json& match) {
  if (std::string path = Text(match, "path"); !path.empty()) return path;
  if (const std::string path = Text(match, "path_separated_prefix"); !path.empty()) {
    return absl::StrCat(path, ", ", path, "/*");
  }
  const std::string regex = Text(match, "safe_regex.regex");
  if (!regex.empty()) return absl::StrCat("~", regex);
  if (!Field(match, "connect_matcher").is_null()) return "CONNECT";
  return absl::StrCat(Text(match, "prefix"), "*");
}

uint64_t WeightOf(const Json& cluster) {
  uint64_t weight = 0;
  return absl::SimpleAtoi(Text(cluster, "weight"), &weight) ? weight : 0;
}

// To a tenth, and no more digits than are needed.
double Percent(uint64_t part, uint64_t total) {
  if (total == 0) return 0;
  return std::round(1000.0 * static_cast<double>(part) / static_cast<double>(total)) / 10;
}

std::string WeightedDestination(const Json& clusters) {
  uint64_t total = 0;
  for (const Json& cluster : clusters) total += WeightOf(cluster);
  std::vector<std::string> parts;
  for (const Json& cluster : clusters) {
    std::string name = Text(cluster, "name");
    if (name.empty()) name = absl::StrCat("header ", Text(cluster, "cluster_header"));
    parts.push_back(
        absl::StrCat(SpeakableCluster(name), " (", Percent(WeightOf(cluster), total), "%)"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string Redirect(const Json& redirect) {
  std::string scheme = Text(redirect, "scheme_redirect");
  if (Text(redirect, "https_redirect") == "true") scheme = "https";
  std::string path = Text(redirect, "path_redirect");
  if (path.empty()) path = Text(redirect, "prefix_rewrite");
  const std::string host = Text(redirect, "host_redirect");
  const std::string port = Text(redirect, "port_redirect");
  std::string target = scheme.empty() ? "" : absl::StrCat(scheme, "://");
  absl::StrAppend(&target, host, port.empty() ? "" : ":", port, path);
  return absl::StrCat("redirect to ", target.empty() ? "itself" : target);
}

std::string Mirrors(const Json& action) {
  std::string text;
  for (const Json& mirror : Field(action, "request_mirror_policies")) {
    absl::StrAppend(&text, ", mirrored to ", SpeakableCluster(Text(mirror, "cluster")));
  }
  return text;
}

std::string ActionDestination(const Json& action) {
  const std::string cluster = Text(action, "cluster");
  if (!cluster.empty()) return absl::StrCat(SpeakableCluster(cluster), Mirrors(action));
  const Json& weighted = Field(action, "weighted_clusters.clusters");
  if (!weighted.is_null()) return absl::StrCat(WeightedDestination(weighted), Mirrors(action));
  return absl::StrCat("the cluster that header ", Text(action, "cluster_header"), " names");
}

bool HasLetter(const std::string& domain) {
  return std::any_of(domain.begin(), domain.end(), [](unsigned char c) { return std::isalpha(c); });
}

// "reviews, 4 more": the shortest that is no address says most to people; the
// longest is in the virtual host's name.
std::string Domains(const Json& domains) {
  std::vector<std::string> names;
  for (const Json& domain : domains) {
    if (domain.is_string()) names.push_back(domain.get<std::string>());
  }
  if (names.empty()) return "";
  const auto shown =
      std::min_element(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
        return std::make_pair(!HasLetter(a), a.size()) < std::make_pair(!HasLetter(b), b.size());
      });
  return names.size() == 1 ? *shown : absl::StrCat(*shown, ", ", names.size() - 1, " more");
}

bool HasDomain(const Json& host, const std::string& fqdn) {
  if (fqdn.empty()) return true;
  for (const Json& domain : Field(host, "domains")) {
    if (domain.is_string() && MeansHost(fqdn, domain.get_ref<const std::string&>())) return true;
  }
  return false;
}

void AddHost(const Json& configuration, const Json& host, const ShapingObjects& services,
             Table& table) {
  const std::string name = Text(configuration, "name");
  const Json& domains = Field(host, "domains");
  const std::string service = services.OfHosts(configuration, domains);
  const Json& routes = Field(host, "routes");
  if (!routes.is_array() || routes.empty()) {
    table.AddRow({name, Text(host, "name"), Domains(domains), "", "404", service});
    return;
  }
  for (const Json& route : routes) {
    table.AddRow({name, Text(host, "name"), Domains(domains), RouteMatch(route),
                  RouteDestination(route), service});
  }
}

}  // namespace

std::string RouteMatch(const Json& route) {
  const Json& match = Field(route, "match");
  std::vector<std::string> parts = {PathMatch(match)};
  for (const Json& header : Field(match, "headers")) parts.push_back(HeaderMatcherText(header));
  for (const Json& parameter : Field(match, "query_parameters")) {
    parts.push_back(QueryMatcherText(parameter));
  }
  return absl::StrJoin(parts, " ");
}

std::string RouteDestination(const Json& route) {
  if (const Json& action = Field(route, "route"); !action.is_null()) {
    return ActionDestination(action);
  }
  if (const Json& redirect = Field(route, "redirect"); !redirect.is_null()) {
    return Redirect(redirect);
  }
  const std::string status = Text(route, "direct_response.status");
  return status.empty() ? "" : absl::StrCat("answered with ", status);
}

bool IsWantedRouteConfiguration(const Json& configuration, const ResourceFilter& filter) {
  if (!filter.name.empty() && filter.name != Text(configuration, "name")) return false;
  if (filter.fqdn.empty()) return true;
  for (const Json& host : Field(configuration, "virtual_hosts")) {
    if (HasDomain(host, filter.fqdn)) return true;
  }
  return false;
}

Table RouteTable(const Json& configurations, const ResourceFilter& filter,
                 const ShapingObjects& services) {
  Table table({"NAME", "VIRTUAL HOST", "DOMAINS", "MATCH", "DESTINATION", "VIRTUAL SERVICE"});
  for (const Json& configuration : configurations) {
    for (const Json& host : Field(configuration, "virtual_hosts")) {
      if (HasDomain(host, filter.fqdn)) AddHost(configuration, host, services, table);
    }
  }
  return table;
}

}  // namespace binnacle::ctl

#include "ctl/cluster_table.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/numbers.h"
#include "ctl/cluster_words.h"
#include "ctl/json_field.h"

namespace binnacle::ctl {
namespace {

std::string TypeOf(const Json& cluster) {
  std::string custom = Text(cluster, "cluster_type.name");
  if (!custom.empty()) return custom;
  const std::string type = Text(cluster, "type");
  return type.empty() ? "STATIC" : type;  // the default, which JSON leaves out
}

int PortOf(const ClusterWords& words) {
  int port = 0;
  return absl::SimpleAtoi(words.port, &port) ? port : 0;
}

// Those of a host stand together, in the order of their ports.
bool Before(const std::string& a, const std::string& b) {
  const ClusterWords one = ReadClusterName(a), other = ReadClusterName(b);
  return std::make_tuple(one.host, PortOf(one), one.subset, a) <
         std::make_tuple(other.host, PortOf(other), other.subset, b);
}

}  // namespace

bool IsWantedCluster(const Json& cluster, const ResourceFilter& filter) {
  return IsWantedClusterName(Text(cluster, "name"), filter);
}

Table ClusterTable(const Json& clusters, const ShapingObjects& rules) {
  std::vector<const Json*> ordered;
  for (const Json& cluster : clusters) ordered.push_back(&cluster);
  std::stable_sort(ordered.begin(), ordered.end(), [](const Json* a, const Json* b) {
    return Before(Text(*a, "name"), Text(*b, "name"));
  });
  Table table({"SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE"});
  for (const Json* cluster : ordered) {
    const std::string name = Text(*cluster, "name");
    const ClusterWords words = ReadClusterName(name);
    table.AddRow({std::string(words.host), std::string(words.port), std::string(words.subset),
                  std::string(words.direction), TypeOf(*cluster), rules.Of(*cluster)});
  }
  return table;
}

}  // namespace binnacle::ctl

#include "ctl/cluster_words.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace binnacle::ctl {

ClusterWords ReadClusterName(absl::string_view name) {
  for (absl::string_view separator : {"|", "_."}) {
    const std::vector<absl::string_view> parts =
        absl::StrSplit(name, absl::MaxSplits(absl::ByString(separator), 3));
    if (parts.size() == 4) return {parts[0], parts[1], parts[2], parts[3]};
  }
  return {"", "", "", name};
}

std::string SpeakableCluster(absl::string_view name) {
  const ClusterWords words = ReadClusterName(name);
  if (words.direction.empty()) return std::string(name);
  if (words.host.empty()) return absl::StrCat(words.direction, " port ", words.port);
  const absl::string_view host = absl::StripSuffix(words.host, ".svc.cluster.local");
  return absl::StrCat(host, ":", words.port, words.subset.empty() ? "" : " ", words.subset);
}

bool MeansHost(absl::string_view asked, absl::string_view host) {
  if (asked.empty() || absl::EqualsIgnoreCase(asked, host)) return true;
  return absl::StartsWithIgnoreCase(host, asked) && host[asked.size()] == '.';
}

bool IsWantedClusterName(absl::string_view name, const ResourceFilter& filter) {
  const ClusterWords words = ReadClusterName(name);
  return (filter.name.empty() || filter.name == name) &&
         (filter.port.empty() || filter.port == words.port) &&
         (filter.subset.empty() || filter.subset == words.subset) &&
         (filter.direction.empty() || filter.direction == words.direction) &&
         MeansHost(filter.fqdn, words.host);
}

}  // namespace binnacle::ctl

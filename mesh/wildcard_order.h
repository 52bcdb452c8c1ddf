// mesh/wildcard_order.h
//
// Wildcard hosts in the order in which they are tried: the longest first, "*"
// last.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace binnacle::mesh {

inline std::vector<std::string> LongestFirst(const std::set<std::string>& hosts) {
  std::vector<std::string> ordered(hosts.begin(), hosts.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return ordered;
}

}  // namespace binnacle::mesh

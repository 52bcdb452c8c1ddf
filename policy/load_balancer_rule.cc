#include "policy/load_balancer_rule.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/duration_rule.h"
#include "policy/http_header_rule.h"

namespace binnacle::policy {
namespace {

using ConsistentHash = v1::LoadBalancerSettings::ConsistentHashLb;
using Locality = v1::LocalityLoadBalancerSetting;

constexpr uint64_t kLargestMaglevTable = 5000011;  // exclusive

bool IsPrime(uint64_t number) {
  if (number < 2) return false;
  for (uint64_t divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) return false;
  }
  return true;
}

void CheckCookie(const ConsistentHash::HttpCookie& cookie, const Place& at) {
  if (cookie.name().empty()) {
    at.Field("name").Error("missing-field", "the cookie to hash needs a name");
  }
  if (cookie.has_ttl()) at.Field("ttl").Check(CheckDurationOrZero(cookie.ttl()));
  std::set<absl::string_view> seen;
  for (int i = 0; i < cookie.attributes_size(); ++i) {
    const Place name = at.Field("attributes", i);
    if (cookie.attributes(i).name().empty()) {
      name.Field("name").Error("missing-field", "a cookie's attribute needs a name");
    } else if (!seen.insert(cookie.attributes(i).name()).second) {
      name.Field("name").Error(
          "duplicate-name",
          absl::StrCat("attribute \"", cookie.attributes(i).name(), "\" is listed already"));
    }
  }
}

void CheckHashKey(const ConsistentHash& hash, const Place& at) {
  switch (hash.hash_key_case()) {
    case ConsistentHash::kHttpHeaderName:
      at.Field("httpHeaderName").Check(CheckMatchedHeaderName(hash.http_header_name()));
      return;
    case ConsistentHash::kHttpCookie:
      return CheckCookie(hash.http_cookie(), at.Field("httpCookie"));
    case ConsistentHash::kHttpQueryParameterName:
      if (hash.http_query_parameter_name().empty()) {
        at.Field("httpQueryParameterName")
            .Error("missing-field", "the query parameter to hash needs a name");
      }
      return;
    case ConsistentHash::kUseSourceIp:
      return;
    case ConsistentHash::HASH_KEY_NOT_SET:
      at.Warn("missing-field",
              "nothing is named to hash by, so requests are spread at random: set httpHeaderName, "
              "httpCookie, useSourceIp or httpQueryParameterName");
      return;
  }
}

void CheckHashAlgorithm(const ConsistentHash& hash, const Place& at) {
  if (hash.has_maglev() && hash.maglev().table_size() != 0) {
    const uint64_t size = hash.maglev().table_size();
    if (size >= kLargestMaglevTable || !IsPrime(size)) {
      at.Field("maglev.tableSize")
          .Error("out-of-range", absl::StrCat(size,
                                              ": a Maglev table's size is a prime number "
                                              "below 5000011"));
    }
  }
  if (hash.minimum_ring_size() == 0) return;
  if (hash.hash_algorithm_case() != ConsistentHash::HASH_ALGORITHM_NOT_SET) {
    at.Field("minimumRingSize")
        .Error("exclusive-fields", "minimumRingSize may not stand beside ringHash or maglev",
               "use ringHash.minimumRingSize");
  } else {
    at.Field("minimumRingSize")
        .Warn("deprecated-field", "minimumRingSize is deprecated", "use ringHash.minimumRingSize");
  }
}

void CheckWarmup(const v1::WarmupConfiguration& warmup, const Place& at) {
  if (!warmup.has_duration()) {
    at.Field("duration").Error("missing-field", "a warm-up needs a duration");
  } else {
    at.Field("duration").Check(CheckDuration(warmup.duration()));
  }
  const double least = warmup.minimum_percent().value();
  if (!(least >= 0 && least <= 100)) {
    at.Field("minimumPercent").Error("out-of-range", "minimumPercent is 0 to 100");
  }
  if (warmup.has_aggression() && !(warmup.aggression().value() >= 1)) {
    at.Field("aggression").Error("out-of-range", "aggression is 1 or more");
  }
}

// "region/zone/subzone"; a '*' may be the last part and stands for the rest.
bool CheckLocalityName(absl::string_view name, const Place& at) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  bool sound = parts.size() <= 3;
  for (size_t i = 0; i < parts.size(); ++i) {
    sound = sound && !parts[i].empty();
    sound =
        sound && (!absl::StrContains(parts[i], '*') || (parts[i] == "*" && i + 1 == parts.size()));
  }
  if (sound) return true;
  at.Error("bad-locality", absl::StrCat("\"", name.substr(0, 80),
                                        "\" is not a locality: region/zone/subzone, of which a '*' "
                                        "may be the last part"));
  return false;
}

// Whether the one lies within the other: "a/*" or "a" around "a/b/c".
bool LocalityCovers(absl::string_view wide, absl::string_view narrow) {
  if (wide == "*") return true;
  if (absl::EndsWith(wide, "/*")) wide.remove_suffix(2);
  if (absl::EndsWith(narrow, "/*")) narrow.remove_suffix(2);
  return absl::StartsWith(narrow, wide) &&
         (narrow.size() == wide.size() || narrow[wide.size()] == '/');
}

bool LocalitiesOverlap(absl::string_view a, absl::string_view b) {
  return LocalityCovers(a, b) || LocalityCovers(b, a);
}

void CheckDistributeTo(const Locality::Distribute& distribute, const Place& at) {
  uint64_t sum = 0;
  std::vector<absl::string_view> seen;
  // In order, so that the same file is always told the same.
  const std::map<std::string, uint32_t> to(distribute.to().begin(), distribute.to().end());
  for (const auto& [name, weight] : to) {
    const Place entry = at.Entry("to", name);
    if (!CheckLocalityName(name, entry)) continue;
    if (weight < 1 || weight > 100) {
      entry.Error("out-of-range", absl::StrCat("a weight of ", weight, ": 1 to 100 is allowed"));
    }
    for (absl::string_view other : seen) {
      if (!LocalitiesOverlap(other, name)) continue;
      entry.Error("overlap", absl::StrCat("\"", name, "\" overlaps \"", other, "\""));
      break;
    }
    seen.emplace_back(name);
    sum += weight;
  }
  if (sum != 100) {
    at.Field("to").Error("bad-weight",
                         absl::StrCat("the weights add up to ", sum, ": they must make 100"));
  }
}

void CheckDistribute(const Locality& setting, const Place& at) {
  for (int i = 0; i < setting.distribute_size(); ++i) {
    const Place entry = at.Field("distribute", i);
    const std::string& from = setting.distribute(i).from();
    CheckDistributeTo(setting.distribute(i), entry);
    if (!CheckLocalityName(from, entry.Field("from"))) continue;
    for (int j = 0; j < i; ++j) {
      if (!LocalitiesOverlap(setting.distribute(j).from(), from)) continue;
      entry.Field("from").Error("overlap", absl::StrCat("\"", from, "\" overlaps \"",
                                                        setting.distribute(j).from(), "\""));
      break;
    }
  }
}

bool IsRegion(absl::string_view name) {
  return !name.empty() && !absl::StrContains(name, '/') && !absl::StrContains(name, '*');
}

void CheckFailover(const Locality& setting, const Place& at) {
  for (int i = 0; i < setting.failover_size(); ++i) {
    const auto& failover = setting.failover(i);
    const Place entry = at.Field("failover", i);
    constexpr absl::string_view kRegion = "a region is wanted: no '/', no '*', not empty";
    if (!IsRegion(failover.from())) entry.Field("from").Error("bad-locality", kRegion);
    if (!IsRegion(failover.to())) {
      entry.Field("to").Error("bad-locality", kRegion);
    } else if (failover.from() == failover.to()) {
      entry.Field("to").Error("bad-locality", "a region cannot fail over to itself");
    }
  }
}

void CheckFailoverPriority(const Locality& setting, const Place& at) {
  constexpr absl::string_view kPlaces[] = {
      "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region",
      "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone",
      "topology.istio.io/subzone"};
  if (setting.failover().empty()) return;
  for (int i = 0; i < setting.failover_priority_size(); ++i) {
    for (absl::string_view place : kPlaces) {
      if (setting.failover_priority(i) != place) continue;
      at.Field("failoverPriority", i)
          .Error("exclusive-fields",
                 "a priority by region, zone or subzone may not stand beside failover");
    }
  }
}

}  // namespace

void CheckLoadBalancer(const v1::LoadBalancerSettings& settings, const Place& at) {
  if (settings.has_consistent_hash()) {
    const Place hash = at.Field("consistentHash");
    CheckHashKey(settings.consistent_hash(), hash);
    CheckHashAlgorithm(settings.consistent_hash(), hash);
  }
  if (settings.has_simple() && settings.simple() == v1::LoadBalancerSettings::LEAST_CONN) {
    at.Field("simple").Warn("deprecated-word", "LEAST_CONN is deprecated", "use LEAST_REQUEST");
  }
  if (settings.has_warmup_duration_secs()) {
    const Place warmup = at.Field("warmupDurationSecs");
    warmup.Check(CheckDuration(settings.warmup_duration_secs()));
    warmup.Warn("deprecated-field", "warmupDurationSecs is deprecated", "use warmup.duration");
  }
  if (settings.has_warmup()) CheckWarmup(settings.warmup(), at.Field("warmup"));
  if (settings.has_locality_lb_setting()) {
    CheckLocalityLb(settings.locality_lb_setting(), at.Field("localityLbSetting"));
  }
}

void CheckLocalityLb(const Locality& setting, const Place& at) {
  if (!setting.distribute().empty() &&
      (!setting.failover().empty() || !setting.failover_priority().empty())) {
    at.Error("exclusive-fields", "distribute may not stand beside failover or failoverPriority");
    return;
  }
  CheckDistribute(setting, at);
  CheckFailover(setting, at);
  CheckFailoverPriority(setting, at);
}

}  // namespace binnacle::policy

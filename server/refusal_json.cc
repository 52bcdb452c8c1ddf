#include "server/refusal_json.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "policy/kind.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;

struct Entry {
  Refusal first;
  size_t classes = 0;
};

std::vector<Entry> Merge(const std::vector<Refusal>& refusals) {
  std::map<std::tuple<ResourceType, std::string, std::string, std::string>, Entry> merged;
  for (const Refusal& refusal : refusals) {
    Entry& entry =
        merged[{refusal.type, refusal.resource, refusal.part.name, refusal.part.version}];
    const bool withheld = refusal.withheld || (entry.classes != 0 && entry.first.withheld);
    if (entry.classes == 0 || refusal.since < entry.first.since) entry.first = refusal;
    entry.first.withheld = withheld;
    ++entry.classes;
  }
  std::vector<Entry> entries;
  entries.reserve(merged.size());
  for (auto& [key, entry] : merged) entries.push_back(std::move(entry));
  return entries;
}

Json EntryJson(const Entry& entry) {
  const Refusal& refusal = entry.first;
  Json json;
  json["type"] = std::string(translator::ShortName(refusal.type));
  json["resource"] = refusal.resource;
  if (!refusal.part.name.empty()) json["virtualHost"] = refusal.part.name;
  json["version"] = refusal.part.version;
  json["reason"] = std::string(absl::StripAsciiWhitespace(refusal.reason));
  json["proxy"] = refusal.proxy;
  json["since"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", refusal.since, absl::UTCTimeZone());
  json["withheld"] = refusal.withheld;
  json["classes"] = entry.classes;
  return json;
}

Json ObjectsJson(const translator::Origins& origins) {
  Json objects = Json::array();
  for (const policy::Origin& origin : origins) {
    if (origin.object == nullptr) continue;
    objects.push_back({{"kind", std::string(policy::KindName(origin.object->kind))},
                       {"namespace", origin.object->ns},
                       {"name", origin.object->name},
                       {"origin", origin.ToString()}});
  }
  return objects;
}

}  // namespace

Json RefusalsJson(const std::vector<Refusal>& refusals) {
  Json list = Json::array();
  for (const Entry& entry : Merge(refusals)) {
    Json json = EntryJson(entry);
    json["objects"] = ObjectsJson(entry.first.origins);
    list.push_back(std::move(json));
  }
  return list;
}

RefusalsByObject GroupByObject(const std::vector<Refusal>& refusals) {
  RefusalsByObject by_object;
  for (const Entry& entry : Merge(refusals)) {
    for (const policy::Origin& origin : entry.first.origins) {
      if (origin.object == nullptr) continue;
      Json& list = by_object.try_emplace(*origin.object, Json::array()).first->second;
      list.push_back(EntryJson(entry));
    }
  }
  return by_object;
}

std::array<size_t, translator::kResourceTypeCount> CountByType(
    const std::vector<Refusal>& refusals) {
  std::array<size_t, translator::kResourceTypeCount> counts{};
  for (const Entry& entry : Merge(refusals)) ++counts[static_cast<size_t>(entry.first.type)];
  return counts;
}

}  // namespace binnacle::server

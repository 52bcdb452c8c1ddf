// tests/server/holdings_model.h
//
// Holdings as one would first write them down: a map of names that is walked
// whole at every comparison.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/holdings.h"

namespace binnacle::server {

class HoldingsModel {
 public:
  explicit HoldingsModel(ResourceType type) : type_(type) {}

  void Want(const std::set<std::string>& names) {
    for (const std::string& name : names) {
      entries_[name].wanted = entries_[name].due = true;
      entries_[name].told.clear();
    }
  }
  void Unwant(const std::set<std::string>& names, bool ask_again) {
    for (const std::string& name : names) {
      const auto it = entries_.find(name);
      if (it == entries_.end()) continue;
      it->second.told.clear();
      if (!it->second.wanted) continue;
      if (ask_again) {
        it->second.wanted = false;
        it->second.due = true;
      } else {
        entries_.erase(it);
      }
    }
  }
  bool WantExactly(const std::set<std::string>& names) {
    std::set<std::string> gone = wanted();
    std::set<std::string> added;
    for (const std::string& name : names) {
      if (gone.erase(name) == 0) added.insert(name);
    }
    Unwant(gone, false);
    Want(added);
    return !gone.empty() || !added.empty();
  }
  void Believe(const std::map<std::string, std::string>& versions) {
    for (const auto& [name, version] : versions) entries_[name].told = version;
  }
  void BelieveAll(const translator::ResourceSet& all) {
    for (const ResourcePtr& resource : all) entries_[resource->name()].held = resource;
  }
  void DropUnwanted() {
    std::erase_if(entries_, [](const auto& entry) { return !entry.second.wanted; });
  }
  void Repeat(const std::set<std::string>& names) {
    for (auto& [name, entry] : entries_) {
      if (entry.held != nullptr && names.contains(name)) entry.due = true;
    }
  }

  Difference Take(Offer& offer, bool wildcard, Permit permit) {
    updates_wait = removals_wait = false;
    const auto all = offer.All(type_);
    if (wildcard) {
      for (const ResourcePtr& resource : *all) entries_[resource->name()];
    }
    Difference difference;
    for (auto& [name, entry] : entries_) {
      ResourcePtr offered;  // by name there may be more than by wildcard
      if (wildcard) offered = all->Find(name);
      if (entry.wanted) offered = offer.Find(type_, name);
      Compare(name, entry, offered, permit, wildcard, difference);
    }
    std::erase_if(entries_, [](const auto& e) {
      return !e.second.wanted && !e.second.due && !e.second.foreign && e.second.held == nullptr;
    });
    return difference;
  }

  std::set<std::string> wanted() const {
    std::set<std::string> names;
    for (const auto& [name, entry] : entries_) {
      if (entry.wanted) names.insert(name);
    }
    return names;
  }
  std::vector<ResourcePtr> held() const {
    std::vector<ResourcePtr> held;
    for (const auto& [name, entry] : entries_) {
      if (entry.held != nullptr) held.push_back(entry.held);
    }
    return held;
  }

  bool updates_wait = false;
  bool removals_wait = false;

 private:
  struct Entry {
    ResourcePtr held;
    std::string told;
    bool wanted = false;
    bool due = false;
    bool foreign = false;
  };

  void Compare(const std::string& name, Entry& entry, const ResourcePtr& offered, Permit permit,
               bool wildcard, Difference& difference) {
    const std::string told = std::exchange(entry.told, "");
    if (!told.empty() && entry.held == nullptr && (entry.wanted || wildcard)) {
      entry.foreign = offered == nullptr || offered->version() != told;
      if (!entry.foreign) {
        entry.held = offered;
        entry.due = false;
        return;
      }
    }
    const bool same =
        offered != nullptr && entry.held != nullptr && offered->version() == entry.held->version();
    const bool holds = entry.held != nullptr || entry.foreign;
    if (!entry.due && (same || (offered == nullptr && !holds))) return;
    if (!entry.due && offered != nullptr && !permit.updates) {
      updates_wait = true;
    } else if (!entry.due && offered == nullptr && !permit.removals) {
      removals_wait = true;
    } else {
      if (offered != nullptr) {
        difference.sent.push_back(offered);
      } else {
        difference.removed.push_back(name);
        if (entry.held == nullptr) ++difference.unknown;
        if (entry.due && (entry.held != nullptr || !entry.foreign)) {
          difference.vacant.push_back({name, entry.held});
        }
      }
      entry.held = offered;
      entry.due = entry.foreign = false;
    }
  }

  const ResourceType type_;
  std::map<std::string, Entry> entries_;
};

}  // namespace binnacle::server

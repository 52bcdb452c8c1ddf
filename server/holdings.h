// server/holdings.h
//
// What one proxy wants and holds of one type. Compared with an Offer it tells
// what to send next, and looks only at the names that may have changed since it
// was last compared, where the offered set knows them.
//
// Proxies of a class hold the same: the set they were last compared with. So
// that set, and the list of the names they ask for, are shared, and a proxy's
// own are only the names for which they do not say how things stand.
//
// Threads  belongs to one stream's strand.
// Spec     xDS protocol: resource subscriptions of both variants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "server/name_list.h"
#include "server/offer.h"
#include "server/told_versions.h"

namespace binnacle::server {

// What may be sent now.
struct Permit {
  bool updates = true;   // changes of what it holds, and additions
  bool removals = true;  // that something is gone
  bool answers = true;   // what it has asked for by name and was not answered yet
};

// What was found to differ; both sorted by name.
struct Difference {
  std::vector<ResourcePtr> sent;
  std::vector<ResourcePtr> replaced;  // by each of `sent`; nullptr: it held none
  std::vector<std::string> removed;
  // Asked for by name, and there is no such resource; they are in `removed`.
  size_t unknown = 0;
  // To be answered or sent again, and there is no such resource: what it held of
  // the name, nullptr if surely nothing. They are in `removed` too.
  struct Vacancy {
    std::string name;
    ResourcePtr held;
  };
  std::vector<Vacancy> vacant{};

  bool empty() const { return sent.empty() && removed.empty(); }
};

// A name of which it is no longer known what the proxy holds.
struct Doubt {
  std::string name;
  bool had_before = false;  // surely some version; else it may still wait for one
};

class Holdings {
 public:
  explicit Holdings(ResourceType type) : type_(type) {}

  // The proxy asks for these by name: each is answered, even if it is held.
  void Want(const std::vector<absl::string_view>& names);
  // It no longer asks for these. With `ask_again` (there is a wildcard too) the
  // answer tells what the name is now: the resource, or that it is gone.
  void Unwant(const std::vector<absl::string_view>& names, bool ask_again);
  // It asks for exactly these; only new ones are due. True if they differ from
  // before.
  bool WantExactly(const std::vector<absl::string_view>& names);
  // It comes with these versions. Each is believed if it is the offered one of
  // a name that it wants, or may have by wildcard. Before anything is sent.
  void Believe(ToldVersions told);
  // Takes the whole set as held. Before anything is wanted by name or sent.
  void BelieveAll(std::shared_ptr<const translator::ResourceSet> all);
  // Drops what is held by wildcard alone.
  void DropUnwanted();
  // Those of `names` that are held are sent again.
  void Repeat(const std::set<std::string>& names);
  // It has refused these, so that they are to be sent again, whatever they are.
  void Distrust(const std::vector<Doubt>& doubts);

  bool Wants(absl::string_view name) const;
  bool wants_any() const { return wanted_ != 0; }
  size_t wanted() const { return wanted_; }                  // how many names
  bool empty() const { return wanted_ == 0 && held_ == 0; }  // wants and holds nothing

  // Compares with the offer, takes note of what is now sent, and returns it.
  Difference Take(Offer& offer, bool wildcard, Permit permit);

  // After Take(): something waits for a permit to be sent, to be removed.
  bool updates_wait() const { return updates_wait_; }
  bool removals_wait() const { return removals_wait_; }

  std::vector<ResourcePtr> held() const;
  // nullptr if it does not hold one of that name.
  ResourcePtr HeldAs(absl::string_view name) const { return StateOf(name).held; }
  // It came with a version that was never offered here, and may still have it.
  bool HasOwn(absl::string_view name) const { return StateOf(name).outside; }
  // Of what is held: the version of the set that has just these resources.
  std::string Version() const;

 private:
  // How things stand with a name.
  struct State {
    ResourcePtr held;  // as last sent
    bool wanted = false;
    bool due = false;      // to be answered, whatever is held
    bool foreign = false;  // the proxy holds a version that was never offered here
    bool outside = false;  // it came with one, and has not taken another since
  };
  using Exceptions = absl::btree_map<std::string, State>;
  class Lookup;
  class Comparison;

  // What is so of a name that is no exception: it is wanted if it is listed;
  // what is wanted, or everything, is held as it is in `base_`.
  State Implied(absl::string_view name) const;
  State StateOf(absl::string_view name) const;
  State& Except(absl::string_view name);
  void DropExceptionIfImplied(absl::string_view name);
  void Hold(State& state, ResourcePtr resource);
  void CountHeld();

  std::vector<absl::string_view> WantedNames() const;
  std::shared_ptr<const NameList> NextList() const;
  bool UpToDate(const translator::ResourceSet* all) const;
  bool HoldsByItsWord(const translator::ResourceSet* all, bool wildcard) const;
  void HoldExactly(std::shared_ptr<const translator::ResourceSet> all, bool wildcard);

  const ResourceType type_;
  bool holds_all_ = false;  // of `base_`, by wildcard
  bool touched_ = true;     // something changed here since the last Take()
  bool elsewhere_ = false;  // something wanted was not in the set last compared with
  bool updates_wait_ = false;
  bool removals_wait_ = false;
  // The set last compared with.
  std::shared_ptr<const translator::ResourceSet> base_;
  std::shared_ptr<const NameList> listed_;
  std::shared_ptr<const NameList> asked_;  // since the last Take(): wanted, and due
  Exceptions exceptions_;                  // count for more than all of the above
  std::unique_ptr<ToldVersions> told_;     // until compared
  size_t wanted_ = 0;
  size_t held_ = 0;
  uint64_t held_hash_ = 0;  // as ResourceSet::hash()
};

}  // namespace binnacle::server

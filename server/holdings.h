// server/holdings.h
//
// What one proxy wants and holds of one type: a list of names, each with the
// resource last sent. Compared with an Offer it tells what to send next.
//
// An entry costs 32 bytes: its name is the name in the resource it shares with
// every other stream.
//
// Threads  belongs to one stream's strand.
// Spec     xDS protocol: resource subscriptions of both variants.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/offer.h"

namespace binnacle::server {

// What may be sent now. A name that the proxy has asked for and that was not
// answered yet is always answered.
struct Permit {
  bool updates = true;   // changes of what it holds, and additions
  bool removals = true;  // that something is gone
};

// What was found to differ.
struct Difference {
  std::vector<ResourcePtr> sent;
  std::vector<std::string> removed;
  // Asked for by name, and there is no such resource; they are in `removed`.
  size_t unknown = 0;

  bool empty() const { return sent.empty() && removed.empty(); }
};

class Holdings {
 public:
  explicit Holdings(ResourceType type) : type_(type) {}

  // The proxy asks for these by name: each is answered, even if it is held.
  void Want(std::vector<std::string> names);
  // It no longer asks for these. With `ask_again` (there is a wildcard too) the
  // answer tells what the name is now: the resource, or that it is gone.
  void Unwant(const std::vector<std::string>& names, bool ask_again);
  // It asks for exactly these; only new ones are due. True if they differ from
  // before.
  bool WantExactly(std::vector<std::string> names);
  // It says that it has these versions (by name). Each is believed if it is the
  // offered one. Without `wildcard`, names not asked for mean nothing.
  void Believe(const std::map<std::string, std::string>& versions, bool wildcard);
  // Takes the whole set as held, due or not.
  void BelieveAll(const translator::ResourceSet& all);
  // Drops what is held by wildcard alone.
  void DropUnwanted();
  // Those of `names` that are held are sent again.
  void Repeat(const std::set<std::string>& names);

  bool Wants(absl::string_view name) const;
  bool empty() const { return entries_.empty(); }
  bool wants_any() const { return wanted_ != 0; }

  // Compares with the offer, takes note of what is now sent, and returns it.
  Difference Take(Offer& offer, bool wildcard, Permit permit);

  // After Take(): something waits for a permit to be sent, to be removed.
  bool updates_wait() const { return updates_wait_; }
  bool removals_wait() const { return removals_wait_; }

  std::vector<ResourcePtr> held() const;
  // nullptr if it does not hold one of that name.
  ResourcePtr HeldAs(absl::string_view name) const;
  // A hash of what is held: names and versions.
  std::string Version() const;

 private:
  // The name of an entry without a resource.
  struct Unheld {
    std::string name;
    std::string told_version;  // by the proxy; empty once compared
  };
  struct Entry {
    ResourcePtr sent;
    std::unique_ptr<Unheld> unheld;  // set exactly when `sent` is not
    bool wanted = false;
    bool due = false;
    bool foreign = false;  // the proxy holds a version that was never offered here
    bool dropped = false;  // to be erased

    absl::string_view name() const { return sent ? sent->name() : unheld->name; }
  };
  class Comparison;

  static Entry NewEntry(absl::string_view name);
  static void Release(Entry& entry);
  static void Hold(Entry& entry, ResourcePtr resource);

  Entry* Find(absl::string_view name);
  const Entry* Find(absl::string_view name) const;
  // Entries for all of `names` (sorted), made where there are none.
  void Ensure(const std::vector<std::string>& names);
  void Merge(std::vector<Entry> added);
  void EraseDropped();
  bool UpToDate(const translator::ResourceSet* all) const;

  ResourceType type_;
  std::vector<Entry> entries_;  // sorted by name
  size_t wanted_ = 0;
  bool touched_ = true;  // something changed here since the last Take()
  bool updates_wait_ = false;
  bool removals_wait_ = false;
  // The set last compared with, if every entry could be found in it.
  std::shared_ptr<const translator::ResourceSet> compared_;
};

}  // namespace binnacle::server

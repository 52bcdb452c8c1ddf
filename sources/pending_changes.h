// sources/pending_changes.h
//
// Changes that were noticed and not yet looked at, and when to look: once all
// has been quiet for a moment, and before it has taken too long. A file that is
// being written is left alone until its writer is done, or seems to have
// forgotten it.
//
// Threads  one at a time. The clock is the caller's.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"

namespace binnacle::sources {

class PendingChanges {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    absl::Duration quiet = absl::Milliseconds(10);
    absl::Duration latest = absl::Milliseconds(100);
    absl::Duration held = absl::Seconds(2);  // of a file that is open for writing
  };

  explicit PendingChanges(const Limits& limits) : limits_(limits) {}

  void NoteFile(const std::string& path, Time now);
  void NoteWriting(const std::string& path, Time now);
  void NoteTree(Time now);

  bool IsEmpty() const { return files_.empty() && !tree_; }
  bool IsQuiet(Time now) const;

  // When to look; nullopt while there is nothing to look at.
  std::optional<Time> Deadline() const;

  struct Due {
    bool tree = false;
    std::set<std::string> files;
  };
  // What to look at now. What is being written stays; see IsHeld().
  Due Take(Time now);

  // Whether somebody is writing to the file.
  bool IsHeld(const std::string& path, Time now) const;

 private:
  Time ReleaseTime(Time written) const { return written + absl::ToChronoNanoseconds(limits_.held); }
  void Note(Time now);

  const Limits limits_;
  std::set<std::string> files_;          // to look at
  std::map<std::string, Time> writing_;  // last written to; never in files_
  bool tree_ = false;
  Time first_;  // of what is to look at
  Time last_;
};

}  // namespace binnacle::sources

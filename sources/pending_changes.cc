#include "sources/pending_changes.h"

#include <algorithm>
#include <utility>

namespace binnacle::sources {

void PendingChanges::Note(Time now) {
  if (IsEmpty()) first_ = now;
  last_ = now;
}

void PendingChanges::NoteFile(const std::string& path, Time now) {
  writing_.erase(path);
  Note(now);
  files_.insert(path);
}

void PendingChanges::NoteWriting(const std::string& path, Time now) {
  files_.erase(path);
  writing_[path] = now;
}

void PendingChanges::NoteTree(Time now) {
  Note(now);
  tree_ = true;
}

bool PendingChanges::IsHeld(const std::string& path, Time now) const {
  const auto found = writing_.find(path);
  return found != writing_.end() && now < ReleaseTime(found->second);
}

bool PendingChanges::IsQuiet(Time now) const {
  return now >= last_ + absl::ToChronoNanoseconds(limits_.quiet);
}

std::optional<PendingChanges::Time> PendingChanges::Deadline() const {
  std::optional<Time> deadline;
  if (!IsEmpty()) {
    deadline = std::min(last_ + absl::ToChronoNanoseconds(limits_.quiet),
                        first_ + absl::ToChronoNanoseconds(limits_.latest));
  }
  for (const auto& [path, written] : writing_) {
    const Time release = ReleaseTime(written);
    if (!deadline.has_value() || release < *deadline) deadline = release;
  }
  return deadline;
}

PendingChanges::Due PendingChanges::Take(Time now) {
  Due due;
  due.tree = std::exchange(tree_, false);
  due.files = std::exchange(files_, {});
  for (auto at = writing_.begin(); at != writing_.end();) {
    if (now < ReleaseTime(at->second)) {
      ++at;
      continue;
    }
    due.files.insert(at->first);
    at = writing_.erase(at);
  }
  return due;
}

}  // namespace binnacle::sources

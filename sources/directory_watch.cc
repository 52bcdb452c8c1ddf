#include "sources/directory_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sources/policy_file.h"

namespace binnacle::sources {
namespace {

constexpr uint32_t kGone = IN_DELETE | IN_MOVED_FROM;
constexpr uint32_t kCome = IN_CREATE | IN_MOVED_TO;

bool IsDirectory(const std::string& path) {
  struct stat stat {};
  return ::stat(path.c_str(), &stat) == 0 && S_ISDIR(stat.st_mode);
}

// A file that was made by open() will be written to; a link to another file is
// all there already.
bool IsWhole(const std::string& path) {
  struct stat stat {};
  if (::lstat(path.c_str(), &stat) != 0) return true;
  return S_ISLNK(stat.st_mode) || stat.st_nlink > 1;
}

Change::What WhatOf(uint32_t mask, const std::string& path) {
  if ((mask & kGone) != 0) return Change::What::kFileGone;
  if ((mask & IN_MODIFY) != 0) return Change::What::kFileBegun;
  if ((mask & IN_CREATE) != 0 && !IsWhole(path)) return Change::What::kFileBegun;
  return Change::What::kFileEnded;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DirectoryWatch>> DirectoryWatch::Create() {
  absl::StatusOr<std::unique_ptr<Inotify>> inotify = Inotify::Create();
  if (!inotify.ok()) return inotify.status();
  return std::unique_ptr<DirectoryWatch>(new DirectoryWatch(*std::move(inotify)));
}

void DirectoryWatch::Begin() {
  previous_ = std::move(paths_);
  paths_.clear();
  directories_.clear();
  fault_.clear();
}

void DirectoryWatch::Add(const std::string& directory) {
  const absl::StatusOr<int> watch = inotify_->Watch(directory);
  if (!watch.ok()) {
    fault_ = std::string(watch.status().message());
    return;
  }
  paths_[*watch].push_back(directory);
  directories_.insert(directory);
}

void DirectoryWatch::End() {
  for (const auto& [watch, paths] : previous_) {
    if (!paths_.contains(watch)) inotify_->Unwatch(watch);
  }
  previous_.clear();
}

std::vector<Change> DirectoryWatch::Read() {
  std::vector<Change> changes;
  for (const Inotify::Event& event : inotify_->Read()) Translate(event, changes);
  return changes;
}

// Whether directories come or go by it, or the links by which Kubernetes swaps
// all files of a volume at once (`..data`).
bool DirectoryWatch::ConcernsTree(const Inotify::Event& event, const std::string& path) const {
  const uint32_t comes_or_goes = event.mask & (kGone | kCome);
  if ((event.mask & IN_ISDIR) != 0) return (event.mask & (kGone | kCome | IN_ATTRIB)) != 0;
  if (comes_or_goes == 0) return false;
  if (absl::StartsWith(event.name, "..")) return true;
  if (event.name[0] == '.') return false;
  return (event.mask & kGone) != 0 ? directories_.contains(path) : IsDirectory(path);
}

void DirectoryWatch::Translate(const Inotify::Event& event, std::vector<Change>& changes) const {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    changes.push_back({Change::What::kOverlooked, ""});
    return;
  }
  const auto found = paths_.find(event.watch);
  if (found == paths_.end()) return;  // no longer ours
  if (event.name.empty()) {
    constexpr uint32_t kItself =
        IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED | IN_ATTRIB;
    if ((event.mask & kItself) != 0) changes.push_back({Change::What::kTree, ""});
    return;
  }
  for (const std::string& directory : found->second) {
    const std::string path = absl::StrCat(directory, "/", event.name);
    if (ConcernsTree(event, path)) {
      changes.push_back({Change::What::kTree, ""});
    } else if ((event.mask & IN_ISDIR) == 0 && IsPolicyFileName(event.name)) {
      changes.push_back({WhatOf(event.mask, path), path});
    }
  }
}

}  // namespace binnacle::sources

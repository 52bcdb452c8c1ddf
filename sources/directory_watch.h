// sources/directory_watch.h
//
// Watches over all directories of a tree, and says what in it needs another
// look: single files, or the tree itself.
//
// Threads  one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "sources/inotify.h"

namespace binnacle::sources {

// One thing that happened.
struct Change {
  enum class What {
    kFileBegun,   // made, or written to: more is to come
    kFileEnded,   // closed after writing, moved here, or its mode changed
    kFileGone,    // deleted or moved away
    kTree,        // directories or links came or went: look through the tree
    kOverlooked,  // events were lost: anything may have happened
  };
  What what = What::kTree;
  std::string path;  // of a file
};

class DirectoryWatch {
 public:
  static absl::StatusOr<std::unique_ptr<DirectoryWatch>> Create();

  int fd() const { return inotify_->fd(); }

  // Between Begin() and End(), Add() every directory of the tree; those that are
  // not added again are no longer watched.
  void Begin();
  void Add(const std::string& directory);
  void End();

  // Why some directory of the tree is not watched; empty when all are.
  const std::string& fault() const { return fault_; }

  std::vector<Change> Read();

 private:
  explicit DirectoryWatch(std::unique_ptr<Inotify> inotify) : inotify_(std::move(inotify)) {}

  void Translate(const Inotify::Event& event, std::vector<Change>& changes) const;
  bool ConcernsTree(const Inotify::Event& event, const std::string& path) const;

  const std::unique_ptr<Inotify> inotify_;
  // A directory that links lead to has several paths.
  absl::flat_hash_map<int, std::vector<std::string>> paths_;
  absl::flat_hash_map<int, std::vector<std::string>> previous_;
  absl::flat_hash_set<std::string> directories_;
  std::string fault_;
};

}  // namespace binnacle::sources

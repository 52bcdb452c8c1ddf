// sources/directory_tree.h
//
// The policy files below a directory, as they are at one moment.
//
// Threads  pure but for the file system.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sources/file_stamp.h"

namespace binnacle::sources {

struct DirectoryTree {
  // Policy files by path. One that cannot be looked at has an empty stamp.
  std::map<std::string, FileStamp> files;
  // Directories that cannot be listed, and why: what they hold is unknown.
  std::map<std::string, std::string> unreadable;
  // Links are there: what they lead to may change without a word.
  bool has_links = false;
};

// Looks through `root` and what is below it, following links but no circles, and
// leaving out hidden names. `visit` is called for each directory before it is
// listed, so that a watch set then misses nothing. An error is the root's own.
absl::Status ScanTree(const std::string& root, const std::function<void(const std::string&)>& visit,
                      DirectoryTree& tree);

}  // namespace binnacle::sources

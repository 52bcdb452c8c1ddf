// sources/file_set.h
//
// What a set of files says together: which file's version of each object is in
// effect, and what has changed since the last batch.
//
// What is once in effect is not lost to an accident. An object whose document is
// refused keeps its last valid version; a file that is cut short, emptied or
// unreadable removes nothing; only what a sound file no longer says, or a file
// that was deleted, is removed. Of two files that define one object the first to
// do so has its way, until it stops.
//
// Threads  one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "policy/document.h"
#include "policy/file_parser.h"
#include "sources/batch.h"

namespace binnacle::sources {

class FileSet {
 public:
  explicit FileSet(policy::ParseOptions options) : options_(std::move(options)) {}
  FileSet(const FileSet&) = delete;
  FileSet& operator=(const FileSet&) = delete;

  // The file holds `text` now. Text that is what it was costs nothing but a hash.
  void Update(const std::string& path, absl::string_view text);

  // The file is there and cannot be read: `message` says why.
  void MarkUnreadable(const std::string& path, absl::string_view message);

  // The file is not there, perhaps only for the moment: its objects stay in
  // effect, unless another file defines them too.
  void MarkMissing(const std::string& path);

  // The file is no longer there.
  void Remove(const std::string& path);

  bool Contains(const std::string& path) const { return files_.contains(path); }
  std::vector<std::string> Paths() const;
  std::vector<std::string> MissingPaths() const;
  size_t file_count() const { return files_.size(); }
  size_t object_count() const { return effective_.size(); }

  // Puts, removals, findings and unknown kinds; the rest is the caller's to say.
  // Empty puts and removals when nothing has changed.
  Batch TakeBatch();

 private:
  using ObjectPtr = std::shared_ptr<const policy::Object>;

  struct File {
    explicit File(const std::string& path, const policy::ParseOptions& options)
        : parser(path, options) {}

    policy::FileParser parser;
    uint64_t hash = 0;
    bool was_read = false;
    bool ended_with_newline = false;                            // ever
    absl::flat_hash_map<policy::ObjectKey, ObjectPtr> objects;  // last valid versions
    std::vector<policy::Finding> findings;
    std::vector<std::string> unknown_kinds;
    std::vector<policy::Finding> unreadable;  // none or one
  };

  File& FileAt(const std::string& path);
  void TakeParsed(const std::string& path, File& file, policy::Parsed parsed,
                  absl::string_view text);
  static bool IsCut(const std::string& path, const File& file, absl::string_view text);
  bool MustKeepOld(const std::string& path, const File& file, const policy::Parsed& parsed,
                   absl::string_view text, std::vector<policy::Finding>& findings) const;
  void Yield(const std::string& path, const policy::ObjectKey& key);
  void Own(const std::string& path, const policy::ObjectKey& key);
  void Disown(const std::string& path, const policy::ObjectKey& key);
  void NoteRemarks(const std::string& path, const File& file);
  void AddDefinedTwice(std::vector<policy::Finding>& findings) const;

  const policy::ParseOptions options_;
  std::map<std::string, std::unique_ptr<File>> files_;
  absl::btree_set<std::string> missing_;
  absl::btree_set<std::string> remarkable_;  // files with findings or unknown kinds
  // The files that define an object, in the order in which they began to.
  absl::flat_hash_map<policy::ObjectKey, std::vector<std::string>> owners_;
  // Objects that more than one file defines.
  absl::btree_set<policy::ObjectKey> contested_;
  absl::flat_hash_map<policy::ObjectKey, ObjectPtr> effective_;  // as last told
  absl::flat_hash_set<policy::ObjectKey> changed_;
};

}  // namespace binnacle::sources

// sources/directory.h
//
// A watched directory of policy files, at any depth. What changes together is
// told together: a batch is made once the files have been quiet for 10 ms, and
// at the latest after 100 ms. A deletion counts once nothing more has been
// deleted for 100 ms, and that of many files after 2 s, for the whole directory
// may be about to go.
//
// No accident removes anything: see file_set.h for files; and a directory that
// vanishes, cannot be read, or comes back empty leaves everything in effect,
// with batches that say so (`healthy`, `status`). Files missing from a directory
// that has come back count as deleted only after it has been quiet for a while.
//
// Owner    of one thread.
// Threads  `on_batch` is called from that thread alone, one call at a time; it
//          must not destroy the source.
// Errors   Start(): kResourceExhausted when nothing can be watched. All else is
//          in the batches.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/document.h"
#include "sources/batch.h"

namespace binnacle::sources {

class DirectorySource {
 public:
  struct Options {
    absl::Duration quiet = absl::Milliseconds(10);
    absl::Duration latest = absl::Milliseconds(100);
    // How long a file that is open for writing is waited for.
    absl::Duration held = absl::Seconds(2);
    // How often to look for what the kernel does not tell: whether the directory
    // is still the same one, and changes of what links lead to.
    absl::Duration heartbeat = absl::Seconds(1);
    // How long it must be quiet before missing files count as deleted, when they
    // are many, or the directory was gone.
    absl::Duration settle = absl::Seconds(2);
    policy::ParseOptions parse;
  };

  // The first batch comes once everything has been read, or when it turns out
  // that nothing can be.
  static absl::StatusOr<std::unique_ptr<DirectorySource>> Start(
      std::string directory, Options options, std::function<void(Batch)> on_batch);

  // No batch comes after this.
  ~DirectorySource();
  DirectorySource(const DirectorySource&) = delete;
  DirectorySource& operator=(const DirectorySource&) = delete;

 private:
  class Loop;

  DirectorySource() = default;

  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace binnacle::sources

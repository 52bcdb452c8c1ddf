// sources/inotify.h
//
// The kernel's word on what happens in directories.
//
// Owner    of one descriptor, which poll() may wait for.
// Threads  one at a time.
// Spec     inotify(7).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace binnacle::sources {

class Inotify {
 public:
  struct Event {
    int watch = -1;
    uint32_t mask = 0;  // IN_...
    std::string name;   // within the directory; empty when it is about the directory
  };

  static absl::StatusOr<std::unique_ptr<Inotify>> Create();
  ~Inotify();
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;

  int fd() const { return fd_; }

  // Watches a directory. The same directory always has the same number, by
  // whatever path it was reached. kResourceExhausted: the system allows no more.
  absl::StatusOr<int> Watch(const std::string& directory);
  void Unwatch(int watch);

  // What has happened; empty when nothing has. Does not wait.
  std::vector<Event> Read();

 private:
  explicit Inotify(int fd) : fd_(fd) {}

  const int fd_;
};

}  // namespace binnacle::sources

// bench/server_process.h
//
// What a process on this machine uses: processor time and memory.
//
// Threads  pure but for the kernel.
// Errors   Find(): kNotFound. A process that has ended since uses nothing.
#pragma once

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace binnacle::bench {

class ServerProcess {
 public:
  // `id_or_file`: a process id, or a file that holds one.
  static absl::StatusOr<ServerProcess> Find(const std::string& id_or_file);

  pid_t id() const { return id_; }
  absl::Duration cpu() const;  // of all its threads since its start
  size_t resident() const;     // bytes
  size_t peak() const;         // bytes resident, at most so far

 private:
  explicit ServerProcess(pid_t id) : id_(id) {}

  pid_t id_;
};

absl::Duration OwnCpu();

}  // namespace binnacle::bench

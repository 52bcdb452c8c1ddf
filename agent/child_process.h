// agent/child_process.h
//
// A child that dies when this process does, however that ends.
//
// Threads  the kernel ends the child together with the thread that started it:
//          that thread must live on until the child has ended. Signal() is
//          safe to call from any thread.
// Errors   Start(): kNotFound, kPermissionDenied, ...: the program cannot be
//          run.
// Spec     prctl(2) PR_SET_PDEATHSIG, pidfd_open(2).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace binnacle::agent {

class ChildProcess {
 public:
  // `command`: the program (looked up in $PATH unless it has a slash) and its
  // arguments. Signals are as in a new session: none blocked or ignored.
  static absl::StatusOr<ChildProcess> Start(const std::vector<std::string>& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) = delete;
  // Kills it if it still runs.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  // How it ended ("exit code 1", "signal 11 (Segmentation fault)"), or nullopt
  // while it runs. Waits for up to `patience`; a byte to read from `wake_file`
  // (-1: none) ends the wait too.
  std::optional<std::string> WaitForEnd(absl::Duration patience, int wake_file = -1);

 private:
  ChildProcess(pid_t pid, int pid_file) : pid_(pid), pid_file_(pid_file) {}

  pid_t pid_ = -1;
  int pid_file_ = -1;
  std::optional<std::string> end_;
};

}  // namespace binnacle::agent

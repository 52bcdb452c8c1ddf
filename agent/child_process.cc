#include "agent/child_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 forgot to say that these are C's.
extern "C" {
#include <sys/pidfd.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace binnacle::agent {
namespace {

// In the child, between fork and exec: only what may be called there.
[[noreturn]] void Become(char* const* arguments, pid_t parent, int error_pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before that took effect
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  // What this process has open (sockets, pipes) is not the child's business;
  // the error pipe closes itself at exec too.
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  execvp(arguments[0], arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t told = write(error_pipe, &error, sizeof(error));
  _exit(127);
}

// 0 once the child has become its program, or why it could not.
int ReadError(int pipe) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(pipe, &error, sizeof(error));
  } while (got < 0 && errno == EINTR);
  return got == sizeof(error) ? error : 0;
}

std::string EndText(int status) {
  if (WIFEXITED(status)) return absl::StrCat("exit code ", WEXITSTATUS(status));
  return absl::StrCat("signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")");
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), parent, pipe[1]);
  const int fork_error = errno;
  close(pipe[1]);
  const int error = pid < 0 ? fork_error : ReadError(pipe[0]);
  close(pipe[0]);
  if (error != 0) {
    if (pid > 0) waitpid(pid, nullptr, 0);
    return absl::ErrnoToStatus(error, absl::StrCat("cannot run ", command.front()));
  }
  return ChildProcess(pid, pidfd_open(pid, 0));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_file_(std::exchange(other.pid_file_, -1)),
      end_(std::move(other.end_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !end_.has_value()) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (pid_file_ >= 0) close(pid_file_);
}

// Through the file, as the number may be another process's by now.
void ChildProcess::Signal(int signal) const { pidfd_send_signal(pid_file_, signal, nullptr, 0); }

std::optional<std::string> ChildProcess::WaitForEnd(absl::Duration patience, int wake_file) {
  if (end_.has_value()) return end_;
  std::array<pollfd, 2> files = {{{pid_file_, POLLIN, 0}, {wake_file, POLLIN, 0}}};
  const auto milliseconds = std::clamp<int64_t>(
      absl::ToInt64Milliseconds(absl::Ceil(patience, absl::Milliseconds(1))), 0, 1 << 30);
  poll(files.data(), files.size(), static_cast<int>(milliseconds));
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) end_ = EndText(status);
  return end_;
}

}  // namespace binnacle::agent

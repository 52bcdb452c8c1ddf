#include "sources/policy_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace binnacle::sources {
namespace {

absl::Status ReadError(int error) {
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError("there is no such file");
  return absl::PermissionDeniedError(absl::StrCat("cannot be read: ", std::strerror(error)));
}

// Reads to the end, but no more than one byte beyond `max_bytes`.
absl::StatusOr<std::string> ReadAll(int fd, size_t expected, size_t max_bytes) {
  std::string text;
  text.resize(std::min(expected, max_bytes) + 1);
  size_t used = 0;
  while (true) {
    const ssize_t got = ::read(fd, text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadError(errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > max_bytes) break;
    if (used == text.size()) text.resize(std::min(text.size() * 2, max_bytes + 1));
  }
  text.resize(used);
  return text;
}

}  // namespace

bool IsPolicyFileName(absl::string_view name) {
  if (name.empty() || name[0] == '.' || name[0] == '#') return false;
  return absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml") ||
         absl::EndsWith(name, ".json");
}

absl::StatusOr<FileContent> ReadPolicyFile(const std::string& path, size_t max_bytes) {
  // A pipe must not block us.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return ReadError(errno);
  const absl::Cleanup close_file = [fd] { ::close(fd); };

  struct stat before {};
  if (::fstat(fd, &before) != 0) return ReadError(errno);
  if (!S_ISREG(before.st_mode)) return absl::FailedPreconditionError("is not a regular file");
  const auto too_large = [max_bytes](int64_t size) {
    return absl::ResourceExhaustedError(
        absl::StrCat("has ", size, " bytes; allowed are ", max_bytes));
  };
  if (before.st_size > static_cast<int64_t>(max_bytes)) return too_large(before.st_size);

  absl::StatusOr<std::string> text = ReadAll(fd, static_cast<size_t>(before.st_size), max_bytes);
  if (!text.ok()) return text.status();
  struct stat after {};
  if (::fstat(fd, &after) != 0) return ReadError(errno);
  if (text->size() > max_bytes) return too_large(after.st_size);
  if (!(StampOf(before) == StampOf(after))) {
    return absl::AbortedError("changed while it was read");
  }
  return FileContent{*std::move(text), StampOf(after)};
}

bool IsBeingWritten(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  const absl::Cleanup close_file = [fd] { ::close(fd); };
  // The kernel gives no lease on what is open for writing. Who opens it while we
  // have one waits for that moment, and we are told by a signal that, unlike the
  // usual one, ends nobody.
  ::fcntl(fd, F_SETSIG, SIGURG);
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
  ::fcntl(fd, F_SETLEASE, F_UNLCK);
  return false;
}

}  // namespace binnacle::sources

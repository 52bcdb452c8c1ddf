#include "agent/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "agent/settings.h"

namespace binnacle::agent {

absl::StatusOr<StateDir> StateDir::Open(const std::string& path) {
  if (!path.empty()) return OpenAt(path);
  auto usual = OpenAt(kDefaultStateDir);
  if (usual.ok() || absl::IsFailedPrecondition(usual.status())) return usual;
  std::string made = "/tmp/binnacle-agent-XXXXXX";
  if (mkdtemp(made.data()) == nullptr) return absl::ErrnoToStatus(errno, made);
  auto temporary = OpenAt(made);
  if (temporary.ok()) temporary->temporary_ = true;
  return temporary;
}

absl::StatusOr<StateDir> StateDir::OpenAt(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("the state directory ", path, ": ", error.message()));
  }
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return absl::ErrnoToStatus(errno, path);
  if (info.st_uid != geteuid()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the state directory ", path, " belongs to another user"));
  }
  if (chmod(path.c_str(), S_IRWXU) != 0) return absl::ErrnoToStatus(errno, path);
  const std::string file = path + "/agent.lock";
  const int lock = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (lock < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", file));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return absl::FailedPreconditionError(
        absl::StrCat("another binnacle-agent uses the state directory ", path));
  }
  return StateDir(std::filesystem::absolute(path).string(), lock);
}

StateDir::StateDir(StateDir&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      temporary_(std::exchange(other.temporary_, false)) {}

StateDir::~StateDir() {
  if (temporary_) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  if (lock_ >= 0) close(lock_);
}

}  // namespace binnacle::agent

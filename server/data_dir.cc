#include "server/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace binnacle::server {

absl::StatusOr<DataDir> DataDir::Open(const std::string& path) {
  std::error_code error;
  if (std::filesystem::create_directories(path, error)) chmod(path.c_str(), S_IRWXU);
  if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  const std::string file = path + "/binnacled.lock";
  const int lock = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (lock < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", file));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return absl::FailedPreconditionError(
        absl::StrCat("another binnacled uses the data directory ", path));
  }
  return DataDir(lock);
}

DataDir::DataDir(DataDir&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}

DataDir::~DataDir() {
  if (lock_ >= 0) close(lock_);
}

}  // namespace binnacle::server

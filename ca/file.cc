#include "ca/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace binnacle::ca {
namespace {

constexpr off_t kMaxBytes = 4 << 20;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

absl::Status SystemError(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " ", path));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  // A disk may say only now that it was full.
  bool Close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

absl::Status CheckFile(const struct stat& file, const std::string& path, FileReaders readers) {
  if (!S_ISREG(file.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a regular file"));
  }
  if (readers == FileReaders::kOwnerOnly && (file.st_mode & kOthers) != 0) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s holds a private key and its mode %04o lets others at it; run: chmod 600 %s", path,
        file.st_mode & 07777U, path));
  }
  if (file.st_size > kMaxBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, " has ", file.st_size, " bytes; ", kMaxBytes, " are the most"));
  }
  return absl::OkStatus();
}

bool WriteAll(int fd, absl::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// The whole of it, on the disk; nothing is left if that fails.
absl::Status WriteTemporary(const std::string& path, absl::string_view content) {
  ::unlink(path.c_str());  // of a crash before
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             S_IRUSR | S_IWUSR));
  if (!file.valid()) return SystemError("create", path);
  const bool written = ::fchmod(file.get(), S_IRUSR | S_IWUSR) == 0 &&
                       WriteAll(file.get(), content) && ::fsync(file.get()) == 0 && file.Close();
  if (written) return absl::OkStatus();
  absl::Status error = SystemError("write", path);
  ::unlink(path.c_str());
  return error;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

absl::StatusOr<SecretText> ReadWholeFile(const std::string& path, FileReaders readers) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return SystemError("open", path);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return SystemError("look at", path);
  if (auto good = CheckFile(found, path, readers); !good.ok()) return good;
  std::string content(static_cast<size_t>(found.st_size), '\0');
  size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = ::read(file.get(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("read", path);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  content.resize(size);
  return SecretText(std::move(content));
}

std::string TemporaryOf(const std::string& path) { return path + ".being-written"; }

absl::Status SyncDirectory(const std::string& path) {
  FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return SystemError("open", path);
  if (::fsync(directory.get()) != 0) return SystemError("flush", path);
  return absl::OkStatus();
}

absl::Status ReplaceFile(const std::string& path, absl::string_view content) {
  const std::string temporary = TemporaryOf(path);
  if (auto written = WriteTemporary(temporary, content); !written.ok()) return written;
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    absl::Status error = SystemError("replace", path);
    ::unlink(temporary.c_str());
    return error;
  }
  return SyncDirectory(DirectoryOf(path));
}

}  // namespace binnacle::ca

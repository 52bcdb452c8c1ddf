#include "agent/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace binnacle::agent {
namespace {

absl::Status Failed(const std::string& path) { return absl::ErrnoToStatus(errno, path); }

absl::Status WriteAll(int file, absl::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "write");
    content.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ca::SecretText> ReadTextFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failed(path);
  const absl::Cleanup closing = [file] { close(file); };
  // Never grows, so that no copy of a secret is left behind.
  std::string buffer(kMaxFileBytes + 1, '\0');
  const absl::Cleanup forgetting = [&buffer] { OPENSSL_cleanse(buffer.data(), buffer.size()); };
  size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t got = read(file, buffer.data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > kMaxFileBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": larger than 1 MiB"));
  }
  return ca::SecretText(buffer.substr(0, size));
}

absl::Status WriteOwnersFile(const std::string& path, absl::string_view content) {
  const std::string beside = absl::StrCat(path, ".new");
  unlink(beside.c_str());
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return Failed(beside);
  absl::Status written = WriteAll(file, content);
  if (close(file) != 0 && written.ok()) written = Failed(beside);
  if (written.ok() && rename(beside.c_str(), path.c_str()) != 0) written = Failed(path);
  if (!written.ok()) unlink(beside.c_str());
  return written;
}

}  // namespace binnacle::agent

#include "ca/key_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <compare>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace binnacle::ca {
namespace {

using Keys = std::shared_ptr<const std::vector<VerificationKey>>;

constexpr size_t kMaxBytes = 1 << 20;

// Differs when the file does.
struct Stamp {
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t seconds = 0;
  int64_t nanoseconds = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

absl::StatusOr<Stamp> StampOf(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return absl::ErrnoToStatus(errno, path);
  return Stamp{found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

absl::StatusOr<Keys> ReadKeys(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::ErrnoToStatus(errno, path);
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxBytes) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": larger than 1 MiB"));
  }
  auto keys = ParseVerificationKeys(text);
  if (!keys.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", keys.status().message()));
  }
  return std::make_shared<const std::vector<VerificationKey>>(*std::move(keys));
}

class KeyFile final : public KeySource {
 public:
  KeyFile(std::string path, const Stamp& stamp, Keys keys)
      : path_(std::move(path)), stamp_(stamp), keys_(std::move(keys)) {}

  absl::StatusOr<Keys> Current(absl::string_view /*wanted_id*/) override ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const auto stamp = StampOf(path_);
    if (!stamp.ok() || *stamp == stamp_) return keys_;
    // Also of one that cannot be read: it is read again when it changes.
    stamp_ = *stamp;
    if (auto keys = ReadKeys(path_); keys.ok()) keys_ = *std::move(keys);
    return keys_;
  }

 private:
  const std::string path_;
  absl::Mutex mu_;
  Stamp stamp_ ABSL_GUARDED_BY(mu_);
  Keys keys_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<KeySource>> KeysFromFile(const std::string& path) {
  // The stamp first: what changes in between is read again.
  const auto stamp = StampOf(path);
  if (!stamp.ok()) return stamp.status();
  auto keys = ReadKeys(path);
  if (!keys.ok()) return keys.status();
  return std::make_unique<KeyFile>(path, *stamp, *std::move(keys));
}

}  // namespace binnacle::ca

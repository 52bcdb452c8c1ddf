#include "ca/storage.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ca/file.h"

namespace binnacle::ca {
namespace {

absl::Status SystemError(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " ", path));
}

absl::Status MakeDirectory(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (::mkdir(path.c_str(), S_IRWXU) != 0) {
    return errno == EEXIST ? absl::OkStatus() : SystemError("create", path);
  }
  return SyncDirectory(parent.empty() ? "." : parent.string());
}

absl::Status CheckDirectory(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return SystemError("look at", path);
  if (!S_ISDIR(found.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a directory"));
  }
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s is for private keys and its mode %04o lets others put files there; run: chmod 700 %s",
        path, found.st_mode & 07777U, path));
  }
  return absl::OkStatus();
}

// A write cut short by a crash leaves a file beside, perhaps with a key in it.
void RemoveTemporaries(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, TemporaryOf(""))) ::unlink(entry.path().c_str());
  }
}

}  // namespace

absl::StatusOr<DirectoryStorage> DirectoryStorage::Open(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("no directory for keys is named");
  if (auto made = MakeDirectory(path); !made.ok()) return made;
  if (auto good = CheckDirectory(path); !good.ok()) return good;
  RemoveTemporaries(path);
  return DirectoryStorage(path);
}

absl::StatusOr<SecretText> DirectoryStorage::Read(const std::string& name) const {
  return ReadWholeFile(PathOf(name), FileReaders::kOwnerOnly);
}

absl::Status DirectoryStorage::Write(const std::string& name, absl::string_view content) {
  return ReplaceFile(PathOf(name), content);
}

absl::Status DirectoryStorage::Remove(const std::string& name) {
  const std::string path = PathOf(name);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return SystemError("remove", path);
  return SyncDirectory(path_);
}

bool DirectoryStorage::Exists(const std::string& name) const {
  return ::access(PathOf(name).c_str(), F_OK) == 0;
}

}  // namespace binnacle::ca

// ca/storage.h
//
// Where an authority keeps its files. Passed in, so that tests can break every
// step.
//
// Threads  one at a time.
// Errors   Read(): kNotFound if there is no such file; else the system's, with
//          the path. A Write() that fails leaves the old content, or, when only
//          the last flush failed, the new; each of them whole.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/secret_text.h"

namespace binnacle::ca {

class Storage {
 public:
  virtual ~Storage() = default;
  virtual absl::StatusOr<SecretText> Read(const std::string& name) const = 0;
  // The whole file or, after a failure or a crash at any step, the old one.
  virtual absl::Status Write(const std::string& name, absl::string_view content) = 0;
  virtual absl::Status Remove(const std::string& name) = 0;
  virtual bool Exists(const std::string& name) const = 0;
  // As a message names it.
  virtual std::string PathOf(const std::string& name) const { return name; }
};

// Files of mode 0600 in one directory of mode 0700, which is made if it is
// missing: written beside, fsynced, renamed, the directory fsynced. A file that
// others may read is refused by Read() (kFailedPrecondition, with the chmod
// that mends it), as is by Open() a directory that others may write to.
class DirectoryStorage final : public Storage {
 public:
  static absl::StatusOr<DirectoryStorage> Open(const std::string& path);

  absl::StatusOr<SecretText> Read(const std::string& name) const override;
  absl::Status Write(const std::string& name, absl::string_view content) override;
  absl::Status Remove(const std::string& name) override;
  bool Exists(const std::string& name) const override;
  std::string PathOf(const std::string& name) const override { return path_ + "/" + name; }

 private:
  explicit DirectoryStorage(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace binnacle::ca

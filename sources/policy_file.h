// sources/policy_file.h
//
// One file of a policy directory: whether it is one, what it holds now, and how
// it looked when that was read.
//
// Threads  pure but for the file system.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sources/file_stamp.h"

namespace binnacle::sources {

// *.yaml, *.yml and *.json; not hidden, not an editor's own.
bool IsPolicyFileName(absl::string_view name);

struct FileContent {
  std::string text;
  FileStamp stamp;
};

// kNotFound: there is no such file (any more); kResourceExhausted: larger than
// `max_bytes`; kAborted: it changed while it was read; otherwise it cannot be
// read: permission, a directory, a pipe.
absl::StatusOr<FileContent> ReadPolicyFile(const std::string& path, size_t max_bytes);

// Whether some process has the file open for writing; false if that cannot be
// known, as of a file of another user's.
bool IsBeingWritten(const std::string& path);

}  // namespace binnacle::sources

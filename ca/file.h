// ca/file.h
//
// Small files, read and written for good.
//
// Threads  safe to call from any thread for different paths.
// Errors   kNotFound: no such file; kFailedPrecondition: others may read what
//          only the owner should; kResourceExhausted: too large, or the disk is
//          full; else the system's. All name the path.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/secret_text.h"

namespace binnacle::ca {

enum class FileReaders : uint8_t { kAnyone, kOwnerOnly };

// kOwnerOnly: refused unless its mode keeps everybody else out.
absl::StatusOr<SecretText> ReadWholeFile(const std::string& path, FileReaders readers);

// Mode 0600. After a crash at any step `path` has the old content or the new.
absl::Status ReplaceFile(const std::string& path, absl::string_view content);

// What a crash may leave beside `path`.
std::string TemporaryOf(const std::string& path);

absl::Status SyncDirectory(const std::string& path);

}  // namespace binnacle::ca

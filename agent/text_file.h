// agent/text_file.h
//
// Small files: read whole, or written whole for their owner alone.
//
// Threads  none of its own.
// Errors   the system's, with the path; kResourceExhausted: above kMaxBytes.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/secret_text.h"

namespace binnacle::agent {

inline constexpr size_t kMaxFileBytes = 1 << 20;

absl::StatusOr<ca::SecretText> ReadTextFile(const std::string& path);
// Mode 0600; the old content or the new, never a part.
absl::Status WriteOwnersFile(const std::string& path, absl::string_view content);

}  // namespace binnacle::agent

// ca/key_file.h
//
// Public keys in a file, read again when the file is another one than before.
//
// Threads  safe to call from any thread.
// Errors   KeysFromFile(): the system's, or what is wrong with the content,
//          both with the path. Later, a file that cannot be read changes
//          nothing.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ca/verification_keys.h"

namespace binnacle::ca {

absl::StatusOr<std::unique_ptr<KeySource>> KeysFromFile(const std::string& path);

}  // namespace binnacle::ca

// bench/stored_response.h
//
// Discovery responses in a file, as they went over the wire, one after another.
//
// Threads  pure but for the file system.
// Errors   kNotFound, kDataLoss: naming the file.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace binnacle::bench {

void AppendStored(const std::string& path, absl::string_view response);
absl::StatusOr<std::vector<std::string>> ReadStored(const std::string& path);

}  // namespace binnacle::bench

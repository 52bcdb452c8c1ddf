// ctl/policy_files.h
//
// Finds the policy files that a command line names, and reads them.
//
// Threads  one.
// Errors   kNotFound and others, naming the path.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace binnacle::ctl {

// A file is taken as it is; a directory stands for its *.yaml, *.yml and *.json
// at any depth, less hidden ones, in the order of their names. "-" is standard
// input. No path appears twice.
absl::StatusOr<std::vector<std::string>> FindPolicyFiles(const std::vector<std::string>& paths);

absl::StatusOr<std::string> ReadPolicyFile(const std::string& path);

}  // namespace binnacle::ctl

#include "ctl/policy_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace binnacle::ctl {
namespace {

namespace fs = std::filesystem;

bool IsPolicyFile(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

absl::Status Unreadable(const std::string& path, const std::error_code& error) {
  return absl::NotFoundError(absl::StrCat(path, ": ", error.message()));
}

// Symbolic links to files are followed, those to directories are not: a mounted
// ConfigMap keeps its older versions behind such links.
absl::Status AddDirectory(const std::string& path, std::vector<std::string>& files) {
  std::error_code error;
  fs::recursive_directory_iterator entry(path, error);
  if (error) return Unreadable(path, error);
  std::vector<std::string> found;
  while (entry != fs::recursive_directory_iterator()) {
    const fs::path& at = entry->path();
    std::error_code ignored;
    if (IsHidden(at)) {
      entry.disable_recursion_pending();
    } else if (IsPolicyFile(at) && !fs::is_directory(at, ignored)) {
      found.push_back(at.string());
    }
    entry.increment(error);
    if (error) return Unreadable(path, error);
  }
  std::sort(found.begin(), found.end());
  std::move(found.begin(), found.end(), std::back_inserter(files));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindPolicyFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = path == "-" ? fs::file_status() : fs::status(path, error);
    if (error) return Unreadable(path, error);
    if (!fs::is_directory(status)) {
      files.push_back(path);
    } else if (const absl::Status added = AddDirectory(path, files); !added.ok()) {
      return added;
    }
  }
  std::set<std::string> seen;
  std::erase_if(files, [&seen](const std::string& file) {
    return !seen.insert(fs::path(file).lexically_normal().string()).second;
  });
  return files;
}

absl::StatusOr<std::string> ReadPolicyFile(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file || file.bad()) {
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  return text;
}

}  // namespace binnacle::ctl

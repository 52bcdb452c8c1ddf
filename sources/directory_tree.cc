#include "sources/directory_tree.h"

#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "sources/policy_file.h"

namespace binnacle::sources {
namespace {

constexpr size_t kDeepest = 64;

struct Identity {
  dev_t device;
  ino_t inode;
  friend bool operator==(const Identity&, const Identity&) = default;
};

class Scan {
 public:
  Scan(const std::function<void(const std::string&)>& visit, DirectoryTree& tree)
      : visit_(visit), tree_(tree) {}

  absl::Status Root(const std::string& root) {
    struct stat stat {};
    if (::stat(root.c_str(), &stat) != 0) return Error(errno);
    if (!S_ISDIR(stat.st_mode)) return absl::FailedPreconditionError("is not a directory");
    const int error = List(root, {stat.st_dev, stat.st_ino});
    return error == 0 ? absl::OkStatus() : Error(error);
  }

 private:
  static absl::Status Error(int error) {
    if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError("does not exist");
    return absl::PermissionDeniedError(absl::StrCat("cannot be read: ", std::strerror(error)));
  }

  // 0 or an errno.
  int List(const std::string& directory, Identity identity) {
    if (absl::c_linear_search(above_, identity) || above_.size() == kDeepest) return 0;
    visit_(directory);
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()), ::closedir);
    if (listing == nullptr) return errno;
    above_.push_back(identity);
    errno = 0;
    while (const dirent* entry = ::readdir(listing.get())) {
      if (entry->d_name[0] != '.') Take(absl::StrCat(directory, "/", entry->d_name), *entry);
      errno = 0;
    }
    const int error = errno;
    above_.pop_back();
    return error;
  }

  void Take(const std::string& path, const dirent& entry) {
    const bool may_be_file = IsPolicyFileName(entry.d_name);
    const bool may_be_directory =
        entry.d_type == DT_DIR || entry.d_type == DT_LNK || entry.d_type == DT_UNKNOWN;
    if (!may_be_file && !may_be_directory) return;
    struct stat stat {};
    const bool known = ::stat(path.c_str(), &stat) == 0;
    if (entry.d_type == DT_LNK && (may_be_file || (known && S_ISDIR(stat.st_mode)))) {
      tree_.has_links = true;
    }
    if (known && S_ISDIR(stat.st_mode)) {
      if (const int error = List(path, {stat.st_dev, stat.st_ino}); error != 0 && error != ENOENT) {
        tree_.unreadable.emplace(path, std::strerror(error));
      }
    } else if (may_be_file) {
      tree_.files.emplace(path, known ? StampOf(stat) : FileStamp());
    }
  }

  const std::function<void(const std::string&)>& visit_;
  DirectoryTree& tree_;
  std::vector<Identity> above_;
};

}  // namespace

absl::Status ScanTree(const std::string& root, const std::function<void(const std::string&)>& visit,
                      DirectoryTree& tree) {
  return Scan(visit, tree).Root(root);
}

}  // namespace binnacle::sources

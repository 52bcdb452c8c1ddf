// server/data_dir.h
//
// The directory that a server keeps its own files in, and the lock that keeps a
// second server out.
//
// Threads  one.
// Errors   kFailedPrecondition: another server uses it; kPermissionDenied or
//          kUnavailable: it cannot be made or opened.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace binnacle::server {

class DataDir {
 public:
  // Made, for its owner alone, if it is missing.
  static absl::StatusOr<DataDir> Open(const std::string& path);

  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();  // lets the next server in

 private:
  explicit DataDir(int lock) : lock_(lock) {}

  int lock_;  // file descriptor
};

}  // namespace binnacle::server

// sources/file_stamp.h
//
// By which a change of a file is noticed without reading it.
//
// Threads  pure.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace binnacle::sources {

struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

inline FileStamp StampOf(const struct stat& stat) {
  constexpr int64_t kNanos = 1'000'000'000;
  return {stat.st_dev, stat.st_ino, stat.st_size,
          stat.st_mtim.tv_sec * kNanos + stat.st_mtim.tv_nsec,
          stat.st_ctim.tv_sec * kNanos + stat.st_ctim.tv_nsec};
}

}  // namespace binnacle::sources

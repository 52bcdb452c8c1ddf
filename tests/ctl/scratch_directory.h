// tests/ctl/scratch_directory.h
//
// A directory for one test, which goes with it.
#pragma once

#include <string>

namespace binnacle::ctl {

class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }

  // Makes the directories that lead there, too. Returns the file's whole path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace binnacle::ctl

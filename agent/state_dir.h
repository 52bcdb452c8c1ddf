// agent/state_dir.h
//
// The agent's own directory, which holds its socket and Envoy's bootstrap: mode
// 0700, used by one agent at a time.
//
// Threads  held by one owner.
// Errors   Open(): the system's, with the path; kFailedPrecondition: another
//          agent uses it, or it is somebody else's.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace binnacle::agent {

class StateDir {
 public:
  // Made if it is missing. Empty: the default one, or, where that cannot be
  // had, a temporary one which goes when this does.
  static absl::StatusOr<StateDir> Open(const std::string& path);
  StateDir(StateDir&& other) noexcept;
  StateDir& operator=(StateDir&& other) = delete;
  ~StateDir();

  const std::string& path() const { return path_; }
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }

 private:
  StateDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  static absl::StatusOr<StateDir> OpenAt(const std::string& path);

  std::string path_;
  int lock_ = -1;
  bool temporary_ = false;
};

inline constexpr char kSocketName[] = "sds.sock";
inline constexpr char kBootstrapName[] = "envoy.json";

}  // namespace binnacle::agent

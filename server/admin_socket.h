// server/admin_socket.h
//
// Admin HTTP over a Unix socket in the data directory, for what changes the
// mesh or mints credentials: who may open the socket (mode 0600) may do it.
//
// Threads  Start() and Stop() from one thread; a few of its own answer.
// Errors   Start(): kInvalidArgument (a path too long for a socket),
//          kUnavailable (cannot listen there).
// Spec     design section 4.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/mesh_authority.h"

namespace binnacle::server {

class AdminSocket {
 public:
  // `authority` must outlive it.
  explicit AdminSocket(MeshAuthority& authority);
  ~AdminSocket();

  // A socket that an earlier server left behind is replaced.
  absl::Status Start(const std::string& path);
  void Stop();

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace binnacle::server

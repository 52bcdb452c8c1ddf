// server/remote_admin.h
//
// Admin HTTP over TLS, for orders from another host: what the admin socket
// takes, and what the admin address tells of the authority. Whoever shows a
// certificate of this mesh whose identity is named as an administrator may give
// them; a token does not do.
//
// TLS lets every certificate in, as on the secure address: what it is worth is
// checked request by request, so that the answer can say what is wrong (401: no
// certificate that holds; 403: not an administrator's).
//
// Threads  Start() and Stop() from one thread; a few of its own answer.
// Errors   Start(): kInvalidArgument (no address), kUnavailable (cannot listen
//          there).
// Spec     design section 4.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/mesh_authority.h"

namespace binnacle::server {

class RemoteAdmin {
 public:
  // `authority` must outlive it. `administrators`: SPIFFE IDs.
  RemoteAdmin(MeshAuthority& authority, std::vector<std::string> administrators);
  ~RemoteAdmin();

  // Returns where it listens.
  absl::StatusOr<std::string> Start(const std::string& address);
  void Stop();

 private:
  class Https;
  std::unique_ptr<Https> https_;
};

}  // namespace binnacle::server

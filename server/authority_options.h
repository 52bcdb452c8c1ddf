// server/authority_options.h
//
// What the command line says of the authority, understood.
//
// Threads  pure.
// Errors   kInvalidArgument, naming the flag and what is allowed.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/policy/mesh_config.pb.h"
#include "server/mesh_authority.h"
#include "server/serve.h"

namespace binnacle::server {

// `config`: with its trust domain and aliases.
absl::StatusOr<MeshAuthorityOptions> AuthorityOptionsFrom(const ServeOptions& options,
                                                          const policy::v1::MeshConfig& config,
                                                          const std::string& data_dir);

// Where a server keeps its files unless told: /var/lib/binnacle for root, else
// $XDG_STATE_HOME/binnacle or ~/.local/state/binnacle.
std::string UsualDataDir();

}  // namespace binnacle::server

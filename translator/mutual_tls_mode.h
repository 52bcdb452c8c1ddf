// translator/mutual_tls_mode.h
//
// Whether a workload takes mutual TLS, plaintext or both, as
// PeerAuthentications say: its own policy, then its namespace's, then the
// mesh's, then both.
//
// Threads  pure.
// Spec     policy facts, section 5.6.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "mesh/view.h"
#include "policy/object.h"
#include "translator/translated.h"

namespace binnacle::translator {

enum class MutualTlsMode : uint8_t { kDisable, kPermissive, kStrict };

struct DecidedMode {
  MutualTlsMode mode = MutualTlsMode::kPermissive;
  const policy::Object* policy = nullptr;  // never null: whoever decided
};

// What PeerAuthentications say of a workload's port (the port that the workload
// listens on); nullopt if none says anything.
std::optional<DecidedMode> DecidedAtWorkload(mesh::View& view, absl::string_view ns,
                                             const policy::Labels& workload_labels, uint32_t port);

// Of a whole namespace, leaving policies for single workloads aside; both where
// none says anything. The policy that decided is appended to `origins`.
MutualTlsMode ModeOfNamespace(mesh::View& view, absl::string_view ns, Origins& origins);

}  // namespace binnacle::translator

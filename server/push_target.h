// server/push_target.h
//
// All that proxies are to hold from now on: the mesh, and the roots that it
// trusts.
//
// Threads  immutable parts; a value.
#pragma once

#include <memory>

#include "absl/strings/string_view.h"
#include "mesh/snapshot.h"
#include "translator/resource.h"

namespace binnacle::server {

// The secret that agents ask for to know whom to trust.
inline constexpr absl::string_view kTrustBundleName = "ROOTCA";

struct PushTarget {
  std::shared_ptr<const mesh::Snapshot> snapshot;  // nullptr before the first
  translator::ResourcePtr trust_bundle;            // nullptr without an authority

  friend bool operator==(const PushTarget&, const PushTarget&) = default;
};

}  // namespace binnacle::server

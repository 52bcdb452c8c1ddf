// translator/delegate.h
//
// A VirtualService whose routes stand in other VirtualServices, made whole.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, section 5.1 (delegates).
#pragma once

#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "mesh/view.h"
#include "policy/object.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct HttpRules {
  // In order. Short names in them are to be completed with the namespace of
  // the VirtualService that was asked for: those of a delegate are complete.
  absl::InlinedVector<const policy::v1::HttpRoute*, 4> rules;
  // Where rules that had to be made live; the others are in the Snapshot.
  std::vector<std::unique_ptr<const policy::v1::HttpRoute>> made;
};

// A rule whose delegate is missing, or not visible, is left out, and so is a
// rule of a delegate that can never match within the root's. Adds the
// delegates to `origins`.
HttpRules FindHttpRules(mesh::View& view, const policy::Object& virtual_service, Origins& origins);

}  // namespace binnacle::translator

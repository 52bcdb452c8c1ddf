// policy/object_body.h
//
// Which message of proto/policy/ holds an object of each kind.
//
// Threads  pure.
#pragma once

#include <memory>

#include "google/protobuf/message.h"
#include "policy/kind.h"

namespace binnacle::policy {

// An empty one, of the type that bears the kind's name.
std::unique_ptr<google::protobuf::Message> NewBody(Kind kind);

}  // namespace binnacle::policy

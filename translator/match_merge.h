// translator/match_merge.h
//
// A delegating rule's matches and its delegate's, joined: a request must
// satisfy both.
//
// Threads  pure.
// Spec     policy facts, section 5.1 (delegates).
#pragma once

#include "google/protobuf/repeated_field.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

using Matches = google::protobuf::RepeatedPtrField<policy::v1::HttpMatchRequest>;

// Replaces the delegate's `matches` by every pair with one of `root` that does
// not contradict itself. False if all of them do: no request can satisfy both.
bool MergeMatches(const Matches& root, Matches& matches);

}  // namespace binnacle::translator

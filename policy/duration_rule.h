// policy/duration_rule.h
//
// How long something may last: at least a millisecond and a whole number of
// them, unless a field allows zero or wants whole seconds.
//
// Threads  pure.
#pragma once

#include "google/protobuf/duration.pb.h"
#include "policy/complaint.h"

namespace binnacle::policy {

// The general rule.
Verdict CheckDuration(const google::protobuf::Duration& duration);

// The general rule, or exactly zero.
Verdict CheckDurationOrZero(const google::protobuf::Duration& duration);

// 1 ms to 1 h.
Verdict CheckConnectTimeout(const google::protobuf::Duration& duration);

// Zero or more, without a fraction.
Verdict CheckWholeSeconds(const google::protobuf::Duration& duration);

}  // namespace binnacle::policy

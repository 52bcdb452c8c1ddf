// policy/label_rule.h
//
// Labels, and selectors made of them.
//
// Threads  pure.
// Spec     Kubernetes labels: an optional DNS prefix, a slash, a name of at
//          most 63; values of at most 63.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/map.h"
#include "policy/complaint.h"
#include "policy/place.h"

namespace binnacle::policy {

Verdict CheckLabelKey(absl::string_view key);
Verdict CheckLabelValue(absl::string_view value);

// Every pair of the map `field` of `at`.
void CheckLabels(const google::protobuf::Map<std::string, std::string>& labels, const Place& at,
                 absl::string_view field);

// As CheckLabels, for a selector that is present: no '*', and a warning when it
// has no labels, for it then selects everything in scope.
void CheckSelector(const google::protobuf::Map<std::string, std::string>& labels, const Place& at,
                   absl::string_view field);

}  // namespace binnacle::policy

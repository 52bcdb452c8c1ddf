// translator/string_match.h
//
// How a text is compared: policy's StringMatch in Envoy's words.
//
// Threads  pure.
// Spec     Envoy v3 StringMatcher.
#pragma once

#include "envoy/type/matcher/v3/string.pb.h"
#include "proto/policy/string_match.pb.h"

namespace binnacle::translator {

// True if the match asks only that the text be there: nothing is set, or what
// is set holds for every text (an empty prefix, the regex "*").
bool AsksOnlyPresence(const policy::v1::StringMatch& match);

// `match` must ask for more than presence.
void SetStringMatcher(const policy::v1::StringMatch& match,
                      envoy::type::matcher::v3::StringMatcher& matcher);

}  // namespace binnacle::translator

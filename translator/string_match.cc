#include "translator/string_match.h"

namespace binnacle::translator {

using policy::v1::StringMatch;

bool AsksOnlyPresence(const StringMatch& match) {
  switch (match.match_type_case()) {
    case StringMatch::kExact:
      return false;
    case StringMatch::kPrefix:
      return match.prefix().empty();  // Envoy refuses an empty prefix
    case StringMatch::kRegex:
      return match.regex() == "*" || match.regex().empty();
    case StringMatch::MATCH_TYPE_NOT_SET:
      break;
  }
  return true;
}

void SetStringMatcher(const StringMatch& match, envoy::type::matcher::v3::StringMatcher& matcher) {
  if (match.has_prefix()) {
    matcher.set_prefix(match.prefix());
  } else if (match.has_regex()) {
    matcher.mutable_safe_regex()->set_regex(match.regex());
  } else {
    matcher.set_exact(match.exact());
  }
}

}  // namespace binnacle::translator

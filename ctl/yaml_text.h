// ctl/yaml_text.h
//
// JSON values as YAML text. Strings that YAML 1.1 or 1.2 could take for
// something else are quoted; text of several lines is a literal block.
//
// Threads  pure.
// Spec     YAML 1.1, as libyaml writes it.
#pragma once

#include <string>

#include "ctl/json.h"

namespace binnacle::ctl {

// One document without "---", ending with '\n'.
std::string ToYaml(const Json& value);

}  // namespace binnacle::ctl

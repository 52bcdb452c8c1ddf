// agent/version.h
//
// Which binnacle-agent this is.
#pragma once

#include "absl/strings/string_view.h"

namespace binnacle::agent {

absl::string_view Version();  // "0.1.0"

}  // namespace binnacle::agent

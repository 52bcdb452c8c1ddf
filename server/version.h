// server/version.h
//
// Which binnacled this is.
#pragma once

#include "absl/strings/string_view.h"

namespace binnacle::server {

absl::string_view Version();  // "0.1.0"

}  // namespace binnacle::server

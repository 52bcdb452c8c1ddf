// ctl/json_field.h
//
// Fields of JSON that somebody else wrote: what is absent, or of another type,
// reads as empty. Names are those of proto files; the form that JSON prefers,
// "virtualHosts" for "virtual_hosts", is found too.
//
// Threads  pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "ctl/json.h"

namespace binnacle::ctl {

// `path` names fields within fields: "address.socket_address". A null value if
// there is none. Lives as long as `json`.
const Json& Field(const Json& json, absl::string_view path);

// Strings as they are, numbers and booleans as written, "" for all else.
std::string Text(const Json& json, absl::string_view path);

}  // namespace binnacle::ctl

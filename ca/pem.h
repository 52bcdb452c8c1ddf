// ca/pem.h
//
// PEM text of public things (certificates, requests) to DER and back. Private
// keys go through private_key.h, which leaves no copies.
//
// Threads  pure functions.
// Errors   kInvalidArgument, with what is wrong and where.
// Spec     RFC 7468: text outside the blocks is a comment; a block has no
//          headers of its own.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace binnacle::ca {

struct PemBlock {
  absl::string_view label;  // within the text that was read
  std::string der;
};

absl::StatusOr<std::vector<PemBlock>> ReadPem(absl::string_view text);
std::string WritePem(absl::string_view label, absl::string_view der);

}  // namespace binnacle::ca

// ca/request_metadata.h
//
// What a request for a certificate says besides the CSR: NodeId, for the log
// alone, and wishes that existing agents know but are not granted here.
//
// Threads  none of its own.
// Errors   kPermissionDenied: ImpersonatedIdentity, unless it is the caller's
//          own; kInvalidArgument: CertSigner, or a member that is no text.
// Spec     policy facts, section 4.12.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "ca/spiffe_id.h"
#include "google/protobuf/struct.pb.h"

namespace binnacle::ca {

struct RequestMetadata {
  std::string node;  // printable, of 256 bytes at most
};

absl::StatusOr<RequestMetadata> ReadRequestMetadata(const google::protobuf::Struct& metadata,
                                                    const SpiffeId& caller);

}  // namespace binnacle::ca

// translator/header_mutation.h
//
// Headers that a route sets, adds and removes.
//
// Threads  pure.
// Spec     Envoy v3 HeaderValueOption; policy facts, section 1.2.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "envoy/config/core/v3/base.pb.h"
#include "google/protobuf/repeated_field.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

// "host" and ":authority" cannot be set as headers: they are the host rewrite.
bool NamesAuthority(absl::string_view header_name);

// The value that `headers` sets for the authority; empty if none.
std::string AuthorityOf(const policy::v1::Headers& headers);

using HeaderOptions =
    google::protobuf::RepeatedPtrField<envoy::config::core::v3::HeaderValueOption>;
using HeaderOperations = policy::v1::Headers::HeaderOperations;

// Appends first what is set, then what is added, each in order of name.
void AppendHeaders(const HeaderOperations& operations, HeaderOptions& options);

// Appends the names to remove, in the order written.
void AppendRemovals(const HeaderOperations& operations,
                    google::protobuf::RepeatedPtrField<std::string>& names);

// `Target` is a Route or a WeightedCluster.ClusterWeight.
template <typename Target>
void AppendHeaderMutations(const policy::v1::Headers& headers, Target& target) {
  if (headers.has_request()) {
    AppendHeaders(headers.request(), *target.mutable_request_headers_to_add());
    AppendRemovals(headers.request(), *target.mutable_request_headers_to_remove());
  }
  if (headers.has_response()) {
    AppendHeaders(headers.response(), *target.mutable_response_headers_to_add());
    AppendRemovals(headers.response(), *target.mutable_response_headers_to_remove());
  }
}

}  // namespace binnacle::translator

// translator/tls_cipher.h
//
// Cipher suites and curves as policy names them, less those that Envoy does
// not know: it would refuse the whole listener for one of them.
//
// Threads  pure.
// Spec     policy facts, sections 1.1 (known ciphers), 3, 4.2; Envoy v3
//          TlsParameters.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace binnacle::translator {

// In the order given, each once. Empty, hence Envoy's own choice, if none of
// them names a suite to be used.
std::vector<std::string> KnownCiphers(
    const google::protobuf::RepeatedPtrField<std::string>& written);

std::vector<std::string> KnownCurves(
    const google::protobuf::RepeatedPtrField<std::string>& written);

// What the mesh's own mutual TLS uses unless told otherwise.
absl::Span<const absl::string_view> MeshCiphers();

}  // namespace binnacle::translator

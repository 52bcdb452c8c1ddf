// bench/wire.h
//
// Just enough of Protobuf's wire format to look into an xDS response without
// reading the resources in it, and to write the requests of a proxy. A client
// that plays thousands of proxies must not spend its time on what they hold.
//
// Threads  pure. Everything read points into the bytes that were given.
// Errors   damaged bytes end the reading early; damaged() tells.
// Spec     Protobuf encoding; Envoy v3 DiscoveryResponse, DeltaDiscoveryResponse.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace binnacle::bench {

struct WireField {
  uint32_t number = 0;
  absl::string_view bytes;  // of a length-delimited field
  uint64_t value = 0;       // of any other
};

class WireReader {
 public:
  explicit WireReader(absl::string_view bytes) : rest_(bytes) {}

  // False at the end, or when what follows is damaged.
  bool Next(WireField& field);
  bool damaged() const { return damaged_; }

 private:
  bool Varint(uint64_t& value);
  bool Fixed(size_t size, uint64_t& value);

  absl::string_view rest_;
  bool damaged_ = false;
};

// The first field of that number, or nothing.
absl::string_view FieldOf(absl::string_view message, uint32_t number);

void AppendField(std::string& out, uint32_t number, absl::string_view text);

struct ScannedResource {
  absl::string_view name;
  absl::string_view version;  // empty in the state-of-the-world variant
  absl::string_view payload;  // the serialised Envoy message
};

struct ScannedResponse {
  absl::string_view version;
  absl::string_view type_url;
  absl::string_view nonce;
  std::vector<ScannedResource> resources;
  std::vector<absl::string_view> removed;
};

// False if the bytes are no such response.
bool ScanResponse(absl::string_view bytes, bool delta, ScannedResponse& response);

}  // namespace binnacle::bench

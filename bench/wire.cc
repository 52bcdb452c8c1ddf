#include "bench/wire.h"

#include <cstring>

namespace binnacle::bench {
namespace {

enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

// DiscoveryResponse and DeltaDiscoveryResponse, which agree where both have a field.
constexpr uint32_t kVersion = 1;
constexpr uint32_t kResources = 2;
constexpr uint32_t kTypeUrl = 4;
constexpr uint32_t kNonce = 5;
constexpr uint32_t kRemoved = 6;
// google.protobuf.Any.
constexpr uint32_t kAnyValue = 2;
// Cluster, ClusterLoadAssignment, Listener, RouteConfiguration and Secret alike.
constexpr uint32_t kResourceName = 1;

ScannedResource ScanDelta(absl::string_view entry) {
  ScannedResource resource;
  WireReader reader(entry);
  for (WireField field; reader.Next(field);) {
    if (field.number == 1) resource.version = field.bytes;
    if (field.number == 2) resource.payload = FieldOf(field.bytes, kAnyValue);
    if (field.number == 3) resource.name = field.bytes;
  }
  return resource;
}

ScannedResource ScanSotw(absl::string_view any) {
  ScannedResource resource;
  resource.payload = FieldOf(any, kAnyValue);
  resource.name = FieldOf(resource.payload, kResourceName);
  return resource;
}

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

}  // namespace

bool WireReader::Varint(uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  damaged_ = true;
  return false;
}

bool WireReader::Fixed(size_t size, uint64_t& value) {
  if (rest_.size() < size) {
    damaged_ = true;
    return false;
  }
  value = 0;
  std::memcpy(&value, rest_.data(), size);
  rest_.remove_prefix(size);
  return true;
}

bool WireReader::Next(WireField& field) {
  if (damaged_ || rest_.empty()) return false;
  uint64_t tag = 0;
  if (!Varint(tag)) return false;
  field = {static_cast<uint32_t>(tag >> 3), {}, 0};
  switch (tag & 7) {
    case kVarint:
      return Varint(field.value);
    case kFixed64:
      return Fixed(8, field.value);
    case kFixed32:
      return Fixed(4, field.value);
    case kDelimited: {
      uint64_t size = 0;
      if (!Varint(size)) return false;
      if (size <= rest_.size()) {
        field.bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
      }
      break;
    }
    default:
      break;
  }
  damaged_ = true;
  return false;
}

absl::string_view FieldOf(absl::string_view message, uint32_t number) {
  WireReader reader(message);
  for (WireField field; reader.Next(field);) {
    if (field.number == number) return field.bytes;
  }
  return {};
}

void AppendField(std::string& out, uint32_t number, absl::string_view text) {
  AppendVarint(out, (static_cast<uint64_t>(number) << 3) | kDelimited);
  AppendVarint(out, text.size());
  out.append(text.data(), text.size());
}

bool ScanResponse(absl::string_view bytes, bool delta, ScannedResponse& response) {
  response = {};
  WireReader reader(bytes);
  for (WireField field; reader.Next(field);) {
    switch (field.number) {
      case kVersion:
        response.version = field.bytes;
        break;
      case kResources:
        response.resources.push_back(delta ? ScanDelta(field.bytes) : ScanSotw(field.bytes));
        break;
      case kTypeUrl:
        response.type_url = field.bytes;
        break;
      case kNonce:
        response.nonce = field.bytes;
        break;
      case kRemoved:
        if (delta) response.removed.push_back(field.bytes);
        break;
      default:
        break;
    }
  }
  return !reader.damaged() && !response.type_url.empty();
}

}  // namespace binnacle::bench

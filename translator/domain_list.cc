#include "translator/domain_list.h"

#include <cstdint>

#include "envoy/config/route/v3/route_components.pb.h"
#include "translator/field_bytes.h"

namespace binnacle::translator {
namespace {

constexpr int kDomains = envoy::config::route::v3::VirtualHost::kDomainsFieldNumber;

// A varint, taken off.
size_t TakeNumber(absl::string_view& bytes) {
  size_t number = 0;
  for (size_t shift = 0; !bytes.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return number;
}

}  // namespace

void DomainList::Iterator::Read() {
  if (rest_.empty()) {
    domain_ = {};
    return;
  }
  TakeNumber(rest_);  // the tag, always the same
  const size_t length = TakeNumber(rest_);
  domain_ = rest_.substr(0, length);
  rest_.remove_prefix(domain_.size());
}

void AppendDomain(std::initializer_list<absl::string_view> pieces, std::string& fields) {
  size_t length = 0;
  for (absl::string_view piece : pieces) length += piece.size();
  AppendHeader(kDomains, length, fields);
  for (absl::string_view piece : pieces) fields.append(piece.data(), piece.size());
}

}  // namespace binnacle::translator

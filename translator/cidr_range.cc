#include "translator/cidr_range.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <string>

#include "absl/strings/numbers.h"

namespace binnacle::translator {

using envoy::config::core::v3::CidrRange;

namespace {

void Mask(std::array<uint8_t, 16>& bytes, uint32_t bits, uint32_t keep) {
  for (uint32_t bit = keep; bit < bits; ++bit) {
    bytes[bit / 8] &= static_cast<uint8_t>(~(0x80u >> (bit % 8)));
  }
}

}  // namespace

std::optional<CidrRange> ParseCidrRange(absl::string_view text) {
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  const uint32_t bits = family == AF_INET ? 32 : 128;
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(family, address.c_str(), bytes.data()) != 1) return std::nullopt;
  uint32_t length = bits;
  if (slash != absl::string_view::npos &&
      (!absl::SimpleAtoi(text.substr(slash + 1), &length) || length > bits)) {
    return std::nullopt;
  }
  Mask(bytes, bits, length);
  char canonical[INET6_ADDRSTRLEN];
  inet_ntop(family, bytes.data(), canonical, sizeof(canonical));
  CidrRange range;
  range.set_address_prefix(canonical);
  range.mutable_prefix_len()->set_value(length);
  return range;
}

bool IsSingleAddress(const CidrRange& range) {
  const bool v6 = range.address_prefix().find(':') != std::string::npos;
  return range.prefix_len().value() == (v6 ? 128u : 32u);
}

}  // namespace binnacle::translator

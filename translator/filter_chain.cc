#include "translator/filter_chain.h"

#include "translator/field_bytes.h"

namespace binnacle::translator {
namespace {

// Field numbers of FilterChain.
constexpr int kMatch = 1;
constexpr int kFilters = 3;
constexpr int kTransportSocket = 6;
constexpr int kName = 7;
constexpr int kConnectTimeout = 9;

// A TLS handshake that takes longer is given up: google.protobuf.Duration.
constexpr absl::string_view k15Seconds = "\x08\x0f";

}  // namespace

size_t SizeOf(const FilterChain& chain, absl::string_view match) {
  return TextSize(kMatch, match) + FieldSize(kFilters, chain.filter.size()) +
         TextSize(kTransportSocket, chain.transport_socket) + TextSize(kName, chain.name) +
         FieldSize(kConnectTimeout, k15Seconds.size());
}

void AppendTo(std::string& bytes, const FilterChain& chain, absl::string_view match) {
  AppendText(kMatch, match, bytes);
  AppendField(kFilters, chain.filter, bytes);
  AppendText(kTransportSocket, chain.transport_socket, bytes);
  AppendText(kName, chain.name, bytes);
  AppendField(kConnectTimeout, k15Seconds, bytes);
}

}  // namespace binnacle::translator

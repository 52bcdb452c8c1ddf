#include "translator/serialized_listener.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "translator/field_bytes.h"
#include "translator/serialize.h"

namespace binnacle::translator {

using envoy::config::listener::v3::Listener;
using google::protobuf::internal::WireFormatLite;

namespace {

// Where a field of that number belongs: behind all those with lower ones.
size_t PlaceOf(int field, absl::string_view message) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(message.data()),
                                            static_cast<int>(message.size()));
  int place = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) > field) break;
    WireFormatLite::SkipField(&in, tag);
    place = in.CurrentPosition();
  }
  return static_cast<size_t>(place);
}

}  // namespace

SerializedListener Complete(const Listener& listener, absl::string_view chains,
                            absl::string_view fallback) {
  const std::string rest = Serialize(listener);
  const absl::string_view all = rest;
  const size_t first = PlaceOf(Listener::kFilterChainsFieldNumber, all);
  size_t second = all.size();
  std::string last;
  if (!fallback.empty()) {
    second = PlaceOf(Listener::kDefaultFilterChainFieldNumber, all);
    AppendField(Listener::kDefaultFilterChainFieldNumber, fallback, last);
  }
  return {listener.name(),
          absl::StrCat(all.substr(0, first), chains, all.substr(first, second - first), last,
                       all.substr(second))};
}

}  // namespace binnacle::translator

#include "translator/serialized_listener.h"

#include <cstddef>
#include <cstdint>
#include <utility>

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

SerializedListener Complete(const Listener& listener, std::string chains,
                            absl::string_view fallback) {
  std::string before = Serialize(listener);
  const size_t first = PlaceOf(Listener::kFilterChainsFieldNumber, before);
  std::string after = before.substr(first);
  before.resize(first);
  if (!fallback.empty()) {
    std::string field;
    AppendField(Listener::kDefaultFilterChainFieldNumber, fallback, field);
    after.insert(PlaceOf(Listener::kDefaultFilterChainFieldNumber, after), field);
  }
  return {listener.name(), std::move(before), std::move(chains), std::move(after)};
}

}  // namespace binnacle::translator

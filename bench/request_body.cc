#include "bench/request_body.h"

#include <xxhash.h>

#include <string>

namespace binnacle::bench {
namespace {

constexpr uint32_t kInitialVersions = 5;

template <typename Item>
absl::uint128 Fingerprint(const std::vector<Item>& items, uint32_t number, XdsType type) {
  // Where an item is a pointer, that is what tells it from the others.
  const size_t size = reinterpret_cast<const char*>(items.data() + items.size()) -
                      reinterpret_cast<const char*>(items.data());
  const XXH128_hash_t hash = XXH3_128bits_withSeed(items.data(), size, number * kXdsTypes + type);
  return absl::MakeUint128(hash.high64, hash.low64);
}

}  // namespace

grpc::Slice RequestBodies::Names(XdsType type, uint32_t number, const std::vector<NameId>& names) {
  const auto [made, is_new] = made_.try_emplace(Fingerprint(names, number, type));
  if (is_new) {
    std::string body;
    for (const NameId name : names) AppendField(body, number, known_.Name(type, name));
    made->second = grpc::Slice(body);
  }
  return made->second;
}

grpc::Slice RequestBodies::Versions(XdsType type, const std::vector<const KnownResource*>& held) {
  const auto [made, is_new] = made_.try_emplace(Fingerprint(held, kInitialVersions, type));
  if (is_new) {
    std::string body;
    for (const KnownResource* resource : held) {
      std::string entry;
      AppendField(entry, 1, known_.Name(type, resource->name));
      AppendField(entry, 2, resource->version);
      AppendField(body, kInitialVersions, entry);
    }
    made->second = grpc::Slice(body);
  }
  return made->second;
}

}  // namespace binnacle::bench

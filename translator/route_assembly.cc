#include "translator/route_assembly.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "translator/serialize.h"
#include "translator/virtual_host.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

constexpr uint8_t kLengthDelimited = 2;

// The part without domains that are taken; nullptr if none is left.
std::shared_ptr<const VirtualHostPart> Without(const absl::flat_hash_set<absl::string_view>& taken,
                                               const VirtualHostPart& part) {
  VirtualHost host;
  if (!host.ParseFromString(part.message)) return nullptr;
  auto* domains = host.mutable_domains();
  domains->erase(std::remove_if(domains->begin(), domains->end(),
                                [&](const std::string& d) { return taken.contains(d); }),
                 domains->end());
  if (domains->empty()) return nullptr;
  return std::make_shared<const VirtualHostPart>(VirtualHostPart::Make(host, part.origins));
}

void Append(absl::string_view message, CodedOutputStream& out) {
  out.WriteTag(RouteConfiguration::kVirtualHostsFieldNumber << 3 | kLengthDelimited);
  out.WriteVarint32(static_cast<uint32_t>(message.size()));
  out.WriteRaw(message.data(), static_cast<int>(message.size()));
}

// At most, on the wire.
size_t SizeOf(const VirtualHostParts& parts) {
  constexpr size_t kTagAndLength = 6;
  size_t size = 0;
  for (const auto& part : parts) {
    if (part != nullptr) size += part->message.size() + kTagAndLength;
  }
  return size;
}

size_t NumberOfDomains(const VirtualHostParts& parts) {
  size_t number = 0;
  for (const auto& part : parts) number += part == nullptr ? 0 : part->domains.size();
  return number;
}

}  // namespace

VirtualHostPart VirtualHostPart::Make(const VirtualHost& host, Origins origins) {
  return {{host.name(), std::move(origins)},
          Serialize(host),
          {host.domains().begin(), host.domains().end()}};
}

VirtualHostPart VirtualHostPart::Make(std::string name, std::vector<std::string> domains,
                                      const RouteList& routes, Origins origins) {
  const absl::InlinedVector<absl::string_view, 8> views(domains.begin(), domains.end());
  const VirtualHostFields fields{name, views, routes};
  std::string message;
  message.reserve(fields.Size());
  fields.AppendTo(message);
  return {{std::move(name), std::move(origins)}, std::move(message), std::move(domains)};
}

VirtualHostParts ResolveDomains(const RouteConfiguration& shell, const VirtualHostParts& parts) {
  absl::flat_hash_set<absl::string_view> taken;
  taken.reserve(NumberOfDomains(parts));
  for (const auto& host : shell.virtual_hosts()) {
    taken.insert(host.domains().begin(), host.domains().end());
  }
  VirtualHostParts resolved;
  resolved.reserve(parts.size());
  for (const auto& part : parts) {
    const bool clash = part != nullptr && absl::c_any_of(part->domains, [&](const std::string& d) {
                         return taken.contains(d);
                       });
    resolved.push_back(clash ? Without(taken, *part) : part);
    if (part != nullptr) taken.insert(part->domains.begin(), part->domains.end());
  }
  return resolved;
}

Translated<std::string> AssembleRoutes(const Translated<RouteConfiguration>& shell,
                                       const VirtualHostParts& parts) {
  Translated<std::string> assembled{"", shell.origins};
  const std::string around = Serialize(shell.message);
  assembled.message.reserve(SizeOf(parts) + around.size());
  assembled.parts.reserve(parts.size());
  StringOutputStream stream(&assembled.message);
  CodedOutputStream out(&stream);
  for (const auto& part : parts) {
    if (part == nullptr) continue;
    Append(part->message, out);
    assembled.parts.push_back(part);
  }
  out.WriteString(around);
  return assembled;
}

}  // namespace binnacle::translator

#include "translator/route_assembly.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

constexpr uint8_t kLengthDelimited = 2;

std::string Serialize(const google::protobuf::MessageLite& message) {
  std::string bytes;
  StringOutputStream stream(&bytes);
  CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  return bytes;
}

// The part without domains that are taken; empty if none is left.
std::string Without(const absl::flat_hash_set<std::string>& taken, const VirtualHostPart& part) {
  VirtualHost host;
  if (!host.ParseFromString(part.message)) return "";
  auto* domains = host.mutable_domains();
  domains->erase(std::remove_if(domains->begin(), domains->end(),
                                [&](const std::string& d) { return taken.contains(d); }),
                 domains->end());
  return domains->empty() ? "" : Serialize(host);
}

void Append(absl::string_view message, CodedOutputStream& out) {
  out.WriteTag(RouteConfiguration::kVirtualHostsFieldNumber << 3 | kLengthDelimited);
  out.WriteVarint32(static_cast<uint32_t>(message.size()));
  out.WriteRaw(message.data(), static_cast<int>(message.size()));
}

// At most, on the wire.
size_t SizeOf(const std::vector<std::shared_ptr<const VirtualHostPart>>& parts) {
  constexpr size_t kTagAndLength = 6;
  size_t size = 0;
  for (const auto& part : parts) size += part->message.size() + kTagAndLength;
  return size;
}

}  // namespace

VirtualHostPart VirtualHostPart::Make(const Translated<VirtualHost>& host) {
  return {{host.message.name(), host.origins},
          Serialize(host.message),
          {host.message.domains().begin(), host.message.domains().end()}};
}

Translated<std::string> AssembleRoutes(
    const Translated<RouteConfiguration>& shell,
    const std::vector<std::shared_ptr<const VirtualHostPart>>& parts) {
  Translated<std::string> assembled{"", shell.origins};
  const std::string around = Serialize(shell.message);
  assembled.message.reserve(SizeOf(parts) + around.size());
  assembled.parts.reserve(parts.size());
  absl::flat_hash_set<std::string> taken;
  for (const auto& host : shell.message.virtual_hosts()) {
    taken.insert(host.domains().begin(), host.domains().end());
  }
  StringOutputStream stream(&assembled.message);
  CodedOutputStream out(&stream);
  for (const auto& part : parts) {
    const bool clash = std::any_of(part->domains.begin(), part->domains.end(),
                                   [&](const std::string& d) { return taken.contains(d); });
    const std::string rest = clash ? Without(taken, *part) : "";
    if (clash && rest.empty()) continue;
    Append(clash ? rest : part->message, out);
    taken.insert(part->domains.begin(), part->domains.end());
    assembled.parts.push_back(part);
  }
  out.WriteString(around);
  return assembled;
}

}  // namespace binnacle::translator

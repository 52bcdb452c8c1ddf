#include "translator/route_assembly.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "translator/field_bytes.h"
#include "translator/serialize.h"
#include "translator/virtual_host.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

constexpr uint8_t kLengthDelimited = 2;

using Fresh = absl::InlinedVector<bool, 16>;

// The part with those domains alone for which, by index, `fresh` says so;
// nullptr if there is none.
std::shared_ptr<const VirtualHostPart> Only(const Fresh& fresh, const VirtualHostPart& part) {
  VirtualHost host;
  if (!host.ParseFromString(part.message)) return nullptr;
  host.clear_domains();
  size_t index = 0;
  for (absl::string_view domain : part.domains()) {
    if (fresh[index++]) host.add_domains(std::string(domain));
  }
  if (host.domains().empty()) return nullptr;
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

}  // namespace

VirtualHostPart VirtualHostPart::Make(const VirtualHost& host, Origins origins) {
  size_t domains = 0;
  for (const std::string& domain : host.domains()) {
    domains += FieldSize(VirtualHost::kDomainsFieldNumber, domain.size());
  }
  return {{host.name(), std::move(origins)},
          Serialize(host),
          TextSize(VirtualHost::kNameFieldNumber, host.name()),
          domains};
}

VirtualHostPart VirtualHostPart::Make(std::string name, absl::string_view domains,
                                      const RouteList& routes, Origins origins) {
  const VirtualHostFields fields{
      .name = name, .domains = {}, .routes = routes, .further_domains = domains};
  const size_t begin = TextSize(VirtualHost::kNameFieldNumber, name);
  std::string message;
  message.reserve(fields.Size());
  fields.AppendTo(message);
  return {{std::move(name), std::move(origins)}, std::move(message), begin, domains.size()};
}

VirtualHostParts ResolveDomains(const RouteConfiguration& shell, const VirtualHostParts& parts) {
  constexpr size_t kDomainsOfMost = 6;
  absl::flat_hash_set<absl::string_view> taken;
  taken.reserve(kDomainsOfMost * (parts.size() + 1));
  for (const auto& host : shell.virtual_hosts()) {
    taken.insert(host.domains().begin(), host.domains().end());
  }
  VirtualHostParts resolved;
  resolved.reserve(parts.size());
  Fresh fresh;
  for (const auto& part : parts) {
    fresh.clear();
    if (part != nullptr) {
      for (absl::string_view domain : part->domains()) {
        fresh.push_back(taken.insert(domain).second);
      }
    }
    resolved.push_back(absl::c_linear_search(fresh, false) ? Only(fresh, *part) : part);
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

#include "server/resource_part.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "translator/on_demand_virtual_host.h"
#include "xxhash.h"

namespace binnacle::server {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using translator::Resource;

// One field of a serialised message.
struct WireField {
  int number = 0;
  absl::string_view whole;    // with its tag
  absl::string_view payload;  // of a length-delimited one
};

// Calls visit(field) for each field, until it says false or bytes are no message.
template <typename Visit>
void ForEachField(absl::string_view bytes, Visit visit) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  while (true) {
    const int begin = in.CurrentPosition();
    const uint32_t tag = in.ReadTag();
    if (tag == 0) return;
    WireField field{WireFormatLite::GetTagFieldNumber(tag), {}, {}};
    if (WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      uint32_t length = 0;
      if (!in.ReadVarint32(&length)) return;
      field.payload = bytes.substr(static_cast<size_t>(in.CurrentPosition()), length);
      if (!in.Skip(static_cast<int>(length))) return;
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return;
    }
    field.whole =
        bytes.substr(static_cast<size_t>(begin), static_cast<size_t>(in.CurrentPosition() - begin));
    if (!visit(field)) return;
  }
}

std::string HashOf(absl::string_view bytes) {
  return absl::StrFormat("%016x", XXH3_64bits(bytes.data(), bytes.size()));
}

absl::string_view HostName(absl::string_view virtual_host) {
  absl::string_view name;
  ForEachField(virtual_host, [&](const WireField& field) {
    if (field.number != VirtualHost::kNameFieldNumber) return true;
    name = field.payload;
    return false;
  });
  return name;
}

std::vector<absl::string_view> DomainsOf(absl::string_view virtual_host) {
  std::vector<absl::string_view> domains;
  ForEachField(virtual_host, [&](const WireField& field) {
    if (field.number == VirtualHost::kDomainsFieldNumber) domains.push_back(field.payload);
    return true;
  });
  return domains;
}

// Virtual hosts by name.
using Hosts = absl::flat_hash_map<absl::string_view, absl::string_view>;

template <typename Visit>  // visit(field, name); name is empty if it is no virtual host
void ForEachHost(const Resource& routes, Visit visit) {
  ForEachField(routes.message(), [&](const WireField& field) {
    const bool host = field.number == RouteConfiguration::kVirtualHostsFieldNumber;
    visit(field, host ? HostName(field.payload) : absl::string_view());
    return true;
  });
}

Hosts HostsOf(const Resource& routes) {
  Hosts hosts;
  ForEachHost(routes, [&](const WireField& field, absl::string_view name) {
    if (!name.empty()) hosts.emplace(name, field.payload);
  });
  return hosts;
}

absl::string_view PartBytes(const Resource& resource, absl::string_view part) {
  if (part.empty()) return resource.message();
  if (resource.type() != ResourceType::kRoute) return {};
  const Hosts hosts = HostsOf(resource);
  const auto it = hosts.find(part);
  return it == hosts.end() ? absl::string_view() : it->second;
}

// `virtual_host` without domains that are `taken`: Envoy refuses a route
// configuration in which one stands twice. Empty if none is left.
std::string WithoutDomains(absl::string_view virtual_host,
                           const absl::flat_hash_set<absl::string_view>& taken) {
  VirtualHost host;
  if (!host.ParseFromArray(virtual_host.data(), static_cast<int>(virtual_host.size()))) return "";
  auto* domains = host.mutable_domains();
  domains->erase(std::remove_if(domains->begin(), domains->end(),
                                [&](const std::string& d) { return taken.contains(d); }),
                 domains->end());
  return domains->empty() ? "" : host.SerializeAsString();
}

void AppendHost(absl::string_view host, std::string& out) {
  uint8_t header[16];
  uint8_t* end = WireFormatLite::WriteTagToArray(RouteConfiguration::kVirtualHostsFieldNumber,
                                                 WireFormatLite::WIRETYPE_LENGTH_DELIMITED, header);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(host.size()), end);
  out.append(reinterpret_cast<const char*>(header), static_cast<size_t>(end - header));
  out.append(host.data(), host.size());
}

// A route configuration with some virtual hosts as they were before, or without
// them.
class RouteComposer {
 public:
  RouteComposer(const Resource& routes, const Substitution& substitution) : routes_(routes) {
    ForEachHost(routes, [&](const WireField& field, absl::string_view name) {
      const auto it = substitution.withheld.find(std::string(name));
      if (name.empty() || it == substitution.withheld.end()) return;
      if (HashOf(field.payload) == it->second) withheld_.insert(name);
    });
    if (!withheld_.empty() && substitution.instead != nullptr) {
      before_ = HostsOf(*substitution.instead);
    }
  }

  bool any() const { return !withheld_.empty(); }

  ResourcePtr Compose() const {
    const auto taken = DomainsThatStay();
    std::string bytes;
    ForEachHost(routes_, [&](const WireField& field, absl::string_view name) {
      if (!withheld_.contains(name)) {
        bytes.append(field.whole.data(), field.whole.size());
      } else if (const auto it = before_.find(name); it != before_.end()) {
        AppendFormer(it->second, taken, bytes);
      }
    });
    return Resource::FromBytes(ResourceType::kRoute, routes_.name(), bytes, routes_.origins(),
                               routes_.parts());
  }

 private:
  absl::flat_hash_set<absl::string_view> DomainsThatStay() const {
    absl::flat_hash_set<absl::string_view> taken;
    ForEachHost(routes_, [&](const WireField& field, absl::string_view name) {
      if (name.empty() || withheld_.contains(name)) return;
      for (absl::string_view domain : DomainsOf(field.payload)) taken.insert(domain);
    });
    return taken;
  }

  static void AppendFormer(absl::string_view host,
                           const absl::flat_hash_set<absl::string_view>& taken, std::string& out) {
    const bool clash = absl::c_any_of(
        DomainsOf(host), [&](absl::string_view domain) { return taken.contains(domain); });
    if (!clash) return AppendHost(host, out);
    const std::string rest = WithoutDomains(host, taken);
    if (!rest.empty()) AppendHost(rest, out);
  }

  const Resource& routes_;
  absl::flat_hash_set<absl::string_view> withheld_;
  Hosts before_;
};

}  // namespace

std::vector<ResourcePart> PartsOf(const Resource& resource) {
  std::vector<ResourcePart> parts;
  if (resource.type() == ResourceType::kRoute) {
    ForEachHost(resource, [&](const WireField& field, absl::string_view name) {
      if (!name.empty()) parts.push_back({std::string(name), HashOf(field.payload)});
    });
  }
  parts.push_back({"", resource.version()});
  return parts;
}

std::vector<ResourcePart> ChangedParts(const Resource& resource, const Resource* before) {
  std::vector<ResourcePart> changed;
  if (before != nullptr && resource.version() == before->version()) return changed;
  if (resource.type() == ResourceType::kRoute) {
    const Hosts former = before == nullptr ? Hosts() : HostsOf(*before);
    ForEachHost(resource, [&](const WireField& field, absl::string_view name) {
      if (name.empty()) return;
      const auto it = former.find(name);
      if (it != former.end() && it->second == field.payload) return;
      changed.push_back({std::string(name), HashOf(field.payload)});
    });
  }
  if (changed.empty()) changed.push_back({"", resource.version()});
  return changed;
}

std::string PartVersion(const Resource& resource, absl::string_view part) {
  if (part.empty()) return resource.version();
  const absl::string_view bytes = PartBytes(resource, part);
  return bytes.empty() ? "" : HashOf(bytes);
}

const translator::Origins& OriginsOf(const Resource& resource, absl::string_view part) {
  const auto it = absl::c_find_if(resource.parts(), [&](const auto& p) { return p->name == part; });
  return it == resource.parts().end() || (*it)->origins.empty() ? resource.origins()
                                                                : (*it)->origins;
}

bool PartMentions(const Resource& resource, absl::string_view part,
                  const std::vector<std::string>& texts) {
  const absl::string_view bytes = PartBytes(resource, part);
  return absl::c_any_of(texts,
                        [&](const std::string& text) { return absl::StrContains(bytes, text); });
}

bool PartRefersTo(const Resource& resource, absl::string_view part,
                  const std::vector<std::string>& texts) {
  // A string stands behind its length.
  std::vector<std::string> fields;
  fields.reserve(texts.size());
  for (const std::string& text : texts) {
    uint8_t length[8];
    uint8_t* const end =
        CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(text.size()), length);
    fields.emplace_back(static_cast<uint8_t*>(length), end);
    fields.back() += text;
  }
  return PartMentions(resource, part, fields);
}

Substitute SubstituteFor(const ResourcePtr& resource, const Substitution& substitution) {
  if (resource == nullptr) return {};
  const auto whole = substitution.withheld.find("");
  if (whole != substitution.withheld.end() && whole->second == resource->version()) {
    const bool known = substitution.instead != nullptr;
    return {known ? substitution.instead : StandIn(resource->type(), resource->name()), true,
            !known};
  }
  if (resource->type() != ResourceType::kRoute) return {resource, false, false};
  const RouteComposer composer(*resource, substitution);
  if (!composer.any()) return {resource, false, false};
  return {composer.Compose(), true, substitution.instead == nullptr};
}

ResourcePtr StandIn(ResourceType type, const std::string& name) {
  if (type == ResourceType::kRoute) {
    RouteConfiguration routes;
    routes.set_name(name);
    return Resource::Make(type, name, routes, {});
  }
  if (type == ResourceType::kEndpoint) {
    ClusterLoadAssignment endpoints;
    endpoints.set_cluster_name(name);
    return Resource::Make(type, name, endpoints, {});
  }
  if (type == ResourceType::kVirtualHost) {
    return Resource::Make(type, name, translator::EmptyOnDemandVirtualHost(name), {});
  }
  return nullptr;
}

}  // namespace binnacle::server

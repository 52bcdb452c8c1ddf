#include "translator/proxy_class.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace binnacle::translator {
namespace {

// Lengths go before texts, so no text can be mistaken for the next field.
void Append(std::string& key, absl::string_view text) {
  absl::StrAppend(&key, text.size(), ":", text);
}

void Append(std::string& key, const policy::Labels& labels) {
  absl::StrAppend(&key, labels.size(), "{");
  for (const auto& [name, value] : labels) {
    Append(key, name);
    Append(key, value);
  }
}

void Append(std::string& key, const mesh::Locality& locality) {
  Append(key, locality.region);
  Append(key, locality.zone);
  Append(key, locality.subzone);
}

void Append(std::string& key, const std::vector<LocalService>& services) {
  absl::StrAppend(&key, services.size(), "[");
  for (const LocalService& service : services) {
    Append(key, service.ns);
    Append(key, service.host);
    absl::StrAppend(&key, service.ports.size(), "(");
    for (uint32_t port : service.ports) absl::StrAppend(&key, port, ",");
  }
}

}  // namespace

std::string ProxyClass::Key() const {
  std::string key = absl::StrCat(static_cast<int>(type), "/", envoy.major, ".", envoy.minor, "/",
                                 agent, ipv6_only, http10, authenticated, on_demand_hosts, "/");
  Append(key, ns);
  Append(key, labels);
  Append(key, locality);
  Append(key, network);
  Append(key, cluster_id);
  Append(key, node_name);
  Append(key, services);
  return key;
}

}  // namespace binnacle::translator

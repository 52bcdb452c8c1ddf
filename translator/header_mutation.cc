#include "translator/header_mutation.h"

#include <map>

#include "absl/strings/match.h"

namespace binnacle::translator {
namespace {

using envoy::config::core::v3::HeaderValueOption;

template <typename Map>
void Append(const Map& headers, HeaderValueOption::HeaderAppendAction action,
            HeaderOptions& options) {
  std::map<absl::string_view, const std::string*> ordered;  // a protobuf map has no order
  for (const auto& [name, value] : headers) ordered.emplace(name, &value);
  for (const auto& [name, value] : ordered) {
    if (NamesAuthority(name)) continue;
    HeaderValueOption& option = *options.Add();
    option.mutable_header()->set_key(std::string(name));
    option.mutable_header()->set_value(*value);
    option.set_append_action(action);
  }
}

template <typename Map>
std::string FindAuthority(const Map& headers) {
  for (absl::string_view name : {":authority", "host"}) {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return value;
    }
  }
  return "";
}

}  // namespace

bool NamesAuthority(absl::string_view header_name) {
  return absl::EqualsIgnoreCase(header_name, ":authority") ||
         absl::EqualsIgnoreCase(header_name, "host");
}

std::string AuthorityOf(const policy::v1::Headers& headers) {
  std::string set = FindAuthority(headers.request().set());
  return set.empty() ? FindAuthority(headers.request().add()) : set;
}

void AppendHeaders(const HeaderOperations& operations, HeaderOptions& options) {
  Append(operations.set(), HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD, options);
  Append(operations.add(), HeaderValueOption::APPEND_IF_EXISTS_OR_ADD, options);
}

void AppendRemovals(const HeaderOperations& operations,
                    google::protobuf::RepeatedPtrField<std::string>& names) {
  for (const std::string& name : operations.remove()) {
    if (!NamesAuthority(name)) names.Add(std::string(name));
  }
}

}  // namespace binnacle::translator

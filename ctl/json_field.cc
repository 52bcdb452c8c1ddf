#include "ctl/json_field.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace binnacle::ctl {
namespace {

std::string ToCamelCase(absl::string_view name) {
  std::string camel;
  bool upper = false;
  for (const char c : name) {
    if (c != '_') camel += upper ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
    upper = c == '_';
  }
  return camel;
}

const Json& Child(const Json& json, absl::string_view name) {
  static const Json kNone;
  if (!json.is_object()) return kNone;
  auto found = json.find(std::string(name));
  if (found == json.end()) found = json.find(ToCamelCase(name));
  return found == json.end() ? kNone : *found;
}

}  // namespace

const Json& Field(const Json& json, absl::string_view path) {
  const Json* at = &json;
  for (absl::string_view name : absl::StrSplit(path, '.')) at = &Child(*at, name);
  return *at;
}

std::string Text(const Json& json, absl::string_view path) {
  const Json& value = Field(json, path);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return "";
}

}  // namespace binnacle::ctl

#include "translator/typed_config.h"

#include "absl/strings/str_cat.h"
#include "translator/field_bytes.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

constexpr int kName = 1;
// Of google.protobuf.Any.
constexpr int kTypeUrl = 1;
constexpr int kValue = 2;

}  // namespace

std::string TypeUrlOf(const google::protobuf::Message& message) {
  return absl::StrCat("type.googleapis.com/", message.GetDescriptor()->full_name());
}

google::protobuf::Any TypedConfig(const google::protobuf::Message& message) {
  google::protobuf::Any any;
  SetTypedConfig(message, any);
  return any;
}

void SetTypedConfig(const google::protobuf::Message& message, google::protobuf::Any& any) {
  any.set_type_url(TypeUrlOf(message));
  any.set_value(Serialize(message));
}

std::string NamedConfig(absl::string_view name, int config_field,
                        const google::protobuf::Message& config) {
  return NamedConfig(name, config_field, TypeUrlOf(config), Serialize(config));
}

std::string NamedConfig(absl::string_view name, int config_field, absl::string_view type_url,
                        absl::string_view config) {
  const size_t any = FieldSize(kTypeUrl, type_url.size()) + TextSize(kValue, config);
  std::string bytes;
  bytes.reserve(FieldSize(kName, name.size()) + FieldSize(config_field, any));
  AppendField(kName, name, bytes);
  AppendHeader(config_field, any, bytes);
  AppendField(kTypeUrl, type_url, bytes);
  AppendText(kValue, config, bytes);
  return bytes;
}

}  // namespace binnacle::translator

#include "translator/typed_config.h"

#include "absl/strings/str_cat.h"
#include "translator/serialize.h"

namespace binnacle::translator {

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

}  // namespace binnacle::translator

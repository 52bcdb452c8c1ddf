#include "translator/typed_config.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace binnacle::translator {

google::protobuf::Any TypedConfig(const google::protobuf::Message& message) {
  google::protobuf::Any any;
  SetTypedConfig(message, any);
  return any;
}

void SetTypedConfig(const google::protobuf::Message& message, google::protobuf::Any& any) {
  any.set_type_url(absl::StrCat("type.googleapis.com/", message.GetDescriptor()->full_name()));
  const size_t size = message.ByteSizeLong();
  any.mutable_value()->resize(size);
  google::protobuf::io::ArrayOutputStream bytes(any.mutable_value()->data(),
                                                static_cast<int>(size));
  google::protobuf::io::CodedOutputStream out(&bytes);
  out.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&out);
}

}  // namespace binnacle::translator

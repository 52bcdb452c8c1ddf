#include "translator/typed_config.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace binnacle::translator {

google::protobuf::Any TypedConfig(const google::protobuf::Message& message) {
  google::protobuf::Any any;
  any.set_type_url(absl::StrCat("type.googleapis.com/", message.GetDescriptor()->full_name()));
  any.mutable_value()->reserve(message.ByteSizeLong());
  {
    google::protobuf::io::StringOutputStream bytes(any.mutable_value());
    google::protobuf::io::CodedOutputStream out(&bytes);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  return any;
}

}  // namespace binnacle::translator

// policy/message_schema.h
//
// A protobuf message as the decoder needs it: fields by the names that users
// write, each with the shape that its value must have.
//
// Threads  Of() may be called from any thread; schemas are immutable and live
//          for ever.
// Spec     the JSON form of protobuf messages.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace binnacle::policy {

enum class FieldShape : uint8_t {
  kString,
  kBytes,
  kBool,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kFloat,
  kDouble,
  kEnum,
  kMessage,
  // google.protobuf types that are written in a way of their own.
  kDuration,
  kTimestamp,
  kWrapper,  // BoolValue, UInt32Value, ...
  kStruct,
  kValue,
  kListValue,
};

class MessageSchema;

struct SchemaField {
  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  FieldShape shape = FieldShape::kString;
  // Of kMessage and kWrapper, and of maps, where it is the entry's.
  const MessageSchema* message = nullptr;
  // The union in which only one field can be set; nullptr outside of one.
  const google::protobuf::OneofDescriptor* oneof = nullptr;
  bool is_map = false;
  bool is_list = false;
  // `mtls:` with nothing behind it means mTLS: null is a value here.
  bool null_is_present = false;

  absl::string_view name() const { return descriptor->json_name(); }
};

class MessageSchema {
 public:
  static const MessageSchema& Of(const google::protobuf::Descriptor* descriptor);

  // By lowerCamelCase name or by the name in the .proto file.
  const SchemaField* Find(absl::string_view name) const;

  const std::vector<SchemaField>& fields() const { return fields_; }

  // Every lowerCamelCase name, in the order of the .proto file.
  const std::vector<absl::string_view>& names() const { return names_; }

 private:
  friend class SchemaPool;

  std::vector<SchemaField> fields_;
  std::vector<absl::string_view> names_;
  absl::flat_hash_map<absl::string_view, const SchemaField*> by_name_;
};

}  // namespace binnacle::policy

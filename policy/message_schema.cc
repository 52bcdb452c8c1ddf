#include "policy/message_schema.h"

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace binnacle::policy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

FieldShape MessageShape(const Descriptor& message) {
  const std::string& name = message.full_name();
  constexpr absl::string_view kPrefix = "google.protobuf.";
  if (name.compare(0, kPrefix.size(), kPrefix.data(), kPrefix.size()) != 0) {
    return FieldShape::kMessage;
  }
  if (name == "google.protobuf.Duration") return FieldShape::kDuration;
  if (name == "google.protobuf.Timestamp") return FieldShape::kTimestamp;
  if (name == "google.protobuf.Struct") return FieldShape::kStruct;
  if (name == "google.protobuf.Value") return FieldShape::kValue;
  if (name == "google.protobuf.ListValue") return FieldShape::kListValue;
  return message.field_count() == 1 && message.field(0)->name() == "value" ? FieldShape::kWrapper
                                                                           : FieldShape::kMessage;
}

FieldShape ShapeOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? FieldShape::kBytes : FieldShape::kString;
    case FieldDescriptor::CPPTYPE_BOOL:
      return FieldShape::kBool;
    case FieldDescriptor::CPPTYPE_INT32:
      return FieldShape::kInt32;
    case FieldDescriptor::CPPTYPE_UINT32:
      return FieldShape::kUint32;
    case FieldDescriptor::CPPTYPE_INT64:
      return FieldShape::kInt64;
    case FieldDescriptor::CPPTYPE_UINT64:
      return FieldShape::kUint64;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return FieldShape::kFloat;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FieldShape::kDouble;
    case FieldDescriptor::CPPTYPE_ENUM:
      return FieldShape::kEnum;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return MessageShape(*field.message_type());
}

}  // namespace

// All schemas made so far, each with those that it refers to.
class SchemaPool {
 public:
  static SchemaPool& Instance() {
    static SchemaPool* const pool = new SchemaPool;  // never destroyed: threads may outlive main
    return *pool;
  }

  const MessageSchema& Of(const Descriptor* descriptor) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    return MakeLocked(descriptor);
  }

 private:
  const MessageSchema& MakeLocked(const Descriptor* descriptor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    std::unique_ptr<MessageSchema>& slot = schemas_[descriptor];
    if (slot != nullptr) return *slot;
    slot = std::make_unique<MessageSchema>();
    MessageSchema& schema = *slot;  // `slot` moves when the map grows
    schema.fields_.reserve(static_cast<size_t>(descriptor->field_count()));
    for (int i = 0; i < descriptor->field_count(); ++i) {
      schema.fields_.push_back(MakeFieldLocked(*descriptor->field(i)));
    }
    for (const SchemaField& field : schema.fields_) {
      schema.names_.push_back(field.name());
      schema.by_name_.emplace(field.descriptor->name(), &field);
      schema.by_name_.emplace(field.name(), &field);
    }
    return schema;
  }

  SchemaField MakeFieldLocked(const FieldDescriptor& descriptor)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    SchemaField field;
    field.descriptor = &descriptor;
    field.shape = ShapeOf(descriptor);
    field.is_map = descriptor.is_map();
    field.is_list = descriptor.is_repeated() && !field.is_map;
    field.oneof = descriptor.real_containing_oneof();
    field.null_is_present =
        descriptor.full_name() == "binnacle.policy.v1.PeerAuthenticationMethod.mtls";
    if (field.shape == FieldShape::kMessage || field.shape == FieldShape::kWrapper) {
      field.message = &MakeLocked(descriptor.message_type());
    }
    return field;
  }

  absl::Mutex mu_;
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<MessageSchema>> schemas_
      ABSL_GUARDED_BY(mu_);
};

const MessageSchema& MessageSchema::Of(const Descriptor* descriptor) {
  return SchemaPool::Instance().Of(descriptor);
}

const SchemaField* MessageSchema::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace binnacle::policy

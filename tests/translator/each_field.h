// tests/translator/each_field.h
//
// Every field of a message set in turn, whatever fields there are: for tests
// that must hold for fields yet to come.
#pragma once

#include <catch2/catch.hpp>
#include <functional>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace binnacle::translator {

void SetField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

// Of a oneof the last one stays.
inline void SetAll(google::protobuf::Message& message) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) SetField(message, *type.field(i));
}

// To something that is not its default; in a repeated field, one more.
inline void SetField(google::protobuf::Message& message,
                     const google::protobuf::FieldDescriptor& field) {
  using google::protobuf::FieldDescriptor;
  const auto& reflection = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? reflection.AddString(&message, &field, "x")
                  : reflection.SetString(&message, &field, "x");
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, &field, 7);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, 7);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.SetUInt32(&message, &field, 7);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.SetDouble(&message, &field, 7);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(&message, &field, 1);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetAll(many ? *reflection.AddMessage(&message, &field)
                         : *reflection.MutableMessage(&message, &field));
    default:
      FAIL(field.full_name() << " is of a type that no policy has had so far");
  }
}

// Calls `check` with copies of `plain` that have one field more, or another
// value in it.
template <typename Message>
void ForEachField(const Message& plain, const std::function<void(const Message&)>& check) {
  const auto& type = *Message::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    INFO(type.field(i)->full_name());
    Message message = plain;
    SetField(message, *type.field(i));
    check(message);
  }
}

}  // namespace binnacle::translator

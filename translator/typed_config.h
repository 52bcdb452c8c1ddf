// translator/typed_config.h
//
// Packs an extension's configuration into the Any that Envoy's `typed_config`
// fields hold. Any::PackFrom would write maps in an order of its own, and
// unchanged input must give unchanged bytes.
//
// Threads  pure.
#pragma once

#include <string>

#include "google/protobuf/any.pb.h"
#include "google/protobuf/message.h"

namespace binnacle::translator {

// "type.googleapis.com/..."
std::string TypeUrlOf(const google::protobuf::Message& message);

google::protobuf::Any TypedConfig(const google::protobuf::Message& message);
// The same, in its place; `any` is empty.
void SetTypedConfig(const google::protobuf::Message& message, google::protobuf::Any& any);

}  // namespace binnacle::translator

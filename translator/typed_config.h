// translator/typed_config.h
//
// Packs an extension's configuration into the Any that Envoy's `typed_config`
// fields hold. Any::PackFrom would write maps in an order of its own, and
// unchanged input must give unchanged bytes.
//
// Threads  pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/message.h"

namespace binnacle::translator {

// "type.googleapis.com/..."
std::string TypeUrlOf(const google::protobuf::Message& message);

google::protobuf::Any TypedConfig(const google::protobuf::Message& message);
// The same, in its place; `any` is empty.
void SetTypedConfig(const google::protobuf::Message& message, google::protobuf::Any& any);

// An extension as it stands in what it extends, serialised: its name in field 1,
// its configuration in `config_field`.
std::string NamedConfig(absl::string_view name, int config_field,
                        const google::protobuf::Message& config);
// Of a configuration of that type that is serialised already.
std::string NamedConfig(absl::string_view name, int config_field, absl::string_view type_url,
                        absl::string_view config);

}  // namespace binnacle::translator

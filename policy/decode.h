// policy/decode.h
//
// A tree of YAML nodes in, a protobuf message out, field by field and strictly.
// Every fault is a finding with its line, column and field path; what is sound
// is decoded all the same, so that the rules beyond types can be checked too.
//
// Threads  pure.
// Errors   as findings, whose kind, name and file are the caller's to fill.
// Spec     the JSON form of protobuf messages, less its laxities: numbers are
//          not strings, names of enums are not numbers.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "policy/field_path.h"
#include "policy/finding.h"
#include "policy/yaml.h"

namespace binnacle::policy {

struct DecodeOptions {
  // Unknown fields are errors; otherwise they are ignored.
  bool strict = true;
  // Fields of the outermost mapping that are read elsewhere.
  absl::Span<const absl::string_view> ignored;
};

// Decodes `node`, which stands at `path`, into `message`, which is empty. A list
// keeps its length whatever its items hold, so that indices stay true.
void Decode(const YamlNode& node, const FieldPath& path, const DecodeOptions& options,
            google::protobuf::Message& message, std::vector<Finding>& findings);

// "the string \"abc\"", "the number 5", "a list", ...: a value as it was found.
std::string Describe(const YamlNode& node);

}  // namespace binnacle::policy
